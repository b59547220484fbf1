#!/usr/bin/env bash
# Installs what the peers need on Debian and its kin: the Python servers that Forkcast is measured
# against. Neither the tests nor CI need them. No service is started.
set -euo pipefail

packages=(gunicorn python3-flask python3-sklearn python3-numpy)
packages+=(uvicorn python3-fastapi python3-uvloop python3-httptools)

if ! command -v apt-get >/dev/null; then
  echo "peers: no apt-get here; install yourself: ${packages[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "peers: not root; run: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A source that cannot be reached may be one we do not need: install decides.
apt-get update -qq >&2 || echo 'peers: apt-get update had errors; going on' >&2
apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
