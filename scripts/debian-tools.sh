#!/usr/bin/env bash
# Installs what some checks run for real on Debian and its kin: the four proxies that
# deploy/ has a file for, and prometheus (for its promtool). Does nothing for a tool
# that is there.
# No service is started, now or at the next boot.
set -euo pipefail

missing=()
# sbin is not in every PATH; proxies live there.
PATH="$PATH:/usr/sbin:/sbin"
command -v nginx >/dev/null || missing+=(nginx-light)
command -v haproxy >/dev/null || missing+=(haproxy)
command -v caddy >/dev/null || missing+=(caddy)
# The program and its modules, without the service that the package apache2 adds.
command -v apache2 >/dev/null || missing+=(apache2-bin)
command -v promtool >/dev/null || missing+=(prometheus)
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

if ! command -v apt-get >/dev/null; then
  echo "debian-tools: no apt-get here; install yourself: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "debian-tools: not root; run: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

# Debian starts a service as it installs it, unless policy-rc.d forbids (101).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

echo "debian-tools: installing ${missing[*]} …" >&2
export DEBIAN_FRONTEND=noninteractive
# A source that cannot be reached may be one we do not need: install decides.
apt-get update -qq >&2 || echo 'debian-tools: apt-get update had errors; going on' >&2
apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2

if [ -d /run/systemd/system ]; then
  for service in nginx haproxy caddy prometheus; do
    case " ${missing[*]} " in *" $service"*) systemctl disable --quiet "$service" || true ;; esac
  done
fi
