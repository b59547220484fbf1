#!/usr/bin/env bash
# Builds the image for real and runs it the way production should: read-only,
# not as root, under a uid of its own choosing, models mounted read-only. Uses
# docker where an engine runs; elsewhere, as root on Debian, buildah and namespaces.
#
#   npm run docker:check
set -euo pipefail
cd "$(dirname "$0")/.."

readonly here=deploy/docker-check
readonly work=build/docker-check
readonly image=forkcast-check
# Neither root nor the image's own user: OpenShift, for one, makes up uids.
readonly uid=12345
readonly boot_seconds=60
readonly stop_seconds=40

say() { echo "docker:check: $*" >&2; }
fail() {
  say "FAILED: $*"
  engine_logs | tail -40 >&2 || true
  exit 1
}

if docker info >/dev/null 2>&1; then
  . "$here/docker.sh"
else
  . "$here/buildah.sh"
fi
trap engine_clean EXIT

wait_until_ready() {
  local second
  for ((second = 0; second < boot_seconds * 2; second++)); do
    if engine_curl 8000 /readyz >/dev/null 2>&1; then return 0; fi
    engine_is_running || fail 'the server ended before it was ready'
    sleep 0.5
  done
  fail "not ready within $boot_seconds s"
}

check_content() {
  local name
  for name in vitest typescript autocannon @biomejs/biome; do
    if engine_exec ls "/app/node_modules/$name" >/dev/null 2>&1; then
      fail "$name, a development dependency, is in the image"
    fi
  done
  if engine_exec touch /app/written /tmp/written >/dev/null 2>&1; then
    fail 'the root filesystem could be written'
  fi
}

check_process() {
  local ids
  ids=$(engine_exec cat /proc/1/status | awk '/^Uid:/ { print $2 }')
  [ "$ids" = "$uid" ] || fail "PID 1 runs as uid $ids, expected $uid"
  engine_exec cat /proc/1/cmdline | tr '\0' ' ' | grep '^node .*cli.js serve' >/dev/null ||
    fail 'PID 1 is not node'
}

check_answers() {
  local model
  for model in digits-lr digits-mlp digits-rf; do
    node "$here/answers.mjs" request "$model" |
      engine_curl 8000 "/v1/models/$model:predict" \
        -H 'content-type: application/json' --data-binary @- |
      node "$here/answers.mjs" check "$model" || fail "$model answered wrong"
  done
  # Without -q, which would close the pipe on a curl that still writes.
  engine_curl 8002 /metrics | grep '^# TYPE forkcast_' >/dev/null || fail 'no metrics on 8002'
  engine_curl 8002 /livez >/dev/null || fail 'no /livez on 8002'
}

check_stop() {
  say 'sending TERM to PID 1 …'
  engine_stop "$stop_seconds"
  [ "$exit_code" = 0 ] || fail "exit code $exit_code after TERM, expected 0"
}

node scripts/prepare.mjs
say "building with $engine …"
engine_build
say 'running …'
engine_start
wait_until_ready
check_process
check_content
check_answers
engine_healthcheck || fail 'the HEALTHCHECK command says unhealthy'
check_stop
say "image size: $(engine_size)"
say 'good'
