# The engine functions of docker-check.sh, by docker. Sourced, not run.
engine=docker
container=

engine_build() { docker build --quiet -t "$image" . >/dev/null; }

engine_start() {
  container=$(docker run -d --read-only --user "$uid:$uid" --cap-drop ALL \
    --security-opt no-new-privileges -v "$PWD/models:/models:ro" \
    -p 127.0.0.1::8000 -p 127.0.0.1::8002 "$image" --workers 2)
}

engine_is_running() { [ "$(docker inspect -f '{{.State.Running}}' "$container")" = true ]; }

# engine_curl PORT PATH [CURL OPTIONS]: asks the container's port from outside.
engine_curl() {
  local address
  address=$(docker port "$container" "$1" | head -1)
  curl -sS --fail --max-time 10 "http://$address$2" "${@:3}"
}

engine_exec() { docker exec "$container" "$@"; }

# The words of the image's own HEALTHCHECK, run as the engine runs them.
engine_healthcheck() {
  local words
  mapfile -t words < <(docker image inspect -f '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}' "$image" | sed '/^$/d')
  [ "${words[0]}" = CMD ] && engine_exec "${words[@]:1}"
}

# TERM, and KILL after so many seconds; sets exit_code.
engine_stop() {
  docker stop -t "$1" "$container" >/dev/null
  exit_code=$(docker inspect -f '{{.State.ExitCode}}' "$container")
}

engine_logs() { docker logs "$container" 2>&1; }

engine_size() { docker image inspect -f '{{.Size}}' "$image" | awk '{ printf "%.0f MB", $1 / 1e6 }'; }

engine_clean() {
  if [ -n "$container" ]; then docker rm -f "$container" >/dev/null; fi
  docker image rm -f "$image" >/dev/null 2>&1 || true
}
