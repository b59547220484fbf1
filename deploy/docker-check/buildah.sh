# The engine functions of docker-check.sh where no engine runs: buildah builds the
# image (chroot isolation, so no kernel features are asked for), and `unshare` runs
# it in namespaces of its own, so that node is PID 1 there. Sourced, not run.
engine=buildah
container=
runner=
root=

if [ "$(id -u)" -ne 0 ]; then
  say 'no docker engine answers, and without one this must run as root'
  exit 1
fi

buildah_() {
  buildah --root "$PWD/$work/storage" --runroot "$PWD/$work/run" --storage-driver vfs "$@"
}

engine_build() {
  engine_tools
  base_rootfs
  base_image
  # --format docker: HEALTHCHECK has no place in an OCI image.
  buildah_ bud --quiet --isolation chroot --format docker --pull-never \
    --build-arg "BASE=localhost/$image-base" -t "$image" . >/dev/null
}

engine_tools() {
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  say "installing ${missing[*]} …"
  apt-get update -qq >&2 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# A bookworm root directory, kept from run to run.
base_rootfs() {
  if [ -e "$work/base/.complete" ]; then return; fi
  say 'making a Debian base (debootstrap) …'
  rm -rf "$work/base"
  mkdir -p "$work"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/base" "$(debian_mirror)" >&2
  rm -rf "$work"/base/var/cache/apt/archives/*.deb "$work"/base/var/lib/apt/lists/*
  touch "$work/base/.complete"
}

# The mirror that this machine's own apt uses, in either form of its sources.
debian_mirror() {
  local mirror
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    awk '$1 == "URIs:" { print $2 }
         $1 == "deb" { for (at = 2; at <= NF; at++) if ($at ~ /^https?:/) { print $at; break } }' |
    grep -E '/debian/?$' | head -1)
  echo "${mirror:-http://deb.debian.org/debian}"
}

# The base with this machine's node and npm, and the certificates it trusts: the
# registry may be reached through a proxy that has one of its own.
base_image() {
  local base npm
  npm=$(readlink -f "$(command -v npm)")
  base=$(buildah_ from scratch)
  buildah_ add --quiet "$base" "$work/base" / >/dev/null
  buildah_ add --quiet "$base" "$(readlink -f "$(command -v node)")" /usr/local/bin/node >/dev/null
  buildah_ add --quiet "$base" "$(dirname "$(dirname "$npm")")" /usr/local/lib/node_modules/npm >/dev/null
  buildah_ run --isolation chroot "$base" -- \
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
    buildah_ add --quiet "$base" "$NODE_EXTRA_CA_CERTS" /etc/ssl/certs/ca-certificates.crt >/dev/null
    buildah_ config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$base"
  fi
  buildah_ config --env PATH=/usr/local/bin:/usr/bin:/bin "$base"
  buildah_ commit --quiet --rm "$base" "localhost/$image-base" >/dev/null
}

# Prints what a list of the image's configuration holds, one item a line.
image_config() {
  buildah_ inspect --type image "$image" | node -e '
    const { config } = JSON.parse(require("node:fs").readFileSync(0, "utf8")).Docker;
    const at = process.argv[1].split(".");
    for (const one of at.reduce((value, key) => value[key], config)) console.log(one);' "$1"
}

engine_start() {
  local environment command
  container=$(buildah_ from --pull-never "$image")
  root=$(buildah_ mount "$container")
  mapfile -t environment < <(image_config Env)
  mapfile -t command < <(image_config Entrypoint)
  unshare --mount --pid --net --ipc --uts --fork --kill-child -- \
    bash "$here/enter.sh" "$root" "$PWD/models" "$uid" "${environment[@]}" -- \
    "${command[@]}" --workers 2 >"$work/log" 2>&1 &
  runner=$!
}

# The one child of unshare: bash at first, which becomes node.
node_pid() { pgrep -P "$runner"; }

engine_is_running() { [ -n "$(node_pid)" ]; }

engine_curl() {
  nsenter --net --target "$(node_pid)" \
    curl -sS --fail --noproxy '*' --max-time 10 "http://127.0.0.1:$1$2" "${@:3}"
}

engine_exec() {
  local environment
  mapfile -t environment < <(image_config Env)
  nsenter --mount --pid --net --target "$(node_pid)" \
    env -i "${environment[@]}" /usr/sbin/chroot --userspec "$uid:$uid" "$root" "$@"
}

engine_healthcheck() {
  local words
  mapfile -t words < <(image_config Healthcheck.Test)
  [ "${words[0]}" = CMD ] && engine_exec "${words[@]:1}"
}

# Sets exit_code. A PID 1 gets TERM only when it has a handler for it: a test in itself.
engine_stop() {
  local node second
  node=$(node_pid)
  kill -TERM "$node"
  for ((second = 0; second < $1 * 10; second++)); do
    if ! kill -0 "$node" 2>/dev/null; then break; fi
    sleep 0.1
  done
  kill -KILL "$node" 2>/dev/null || true
  exit_code=0
  wait "$runner" || exit_code=$?
  runner=
}

engine_logs() { cat "$work/log" 2>/dev/null; }

engine_size() {
  echo "$(du -sm "$root" | cut -f1) MB, of which /app $(du -sm "$root/app" | cut -f1) MB"
}

engine_clean() {
  # PID 1's end ends every process in its namespace.
  if [ -n "$runner" ]; then kill -KILL "$(node_pid)" 2>/dev/null || true; fi
  buildah_ rm --all >/dev/null 2>&1 || true
  buildah_ rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$work/storage" "$work/run"
}
