#!/usr/bin/env bash
# Becomes the container: run as PID 1 of new namespaces, makes the image's root
# read-only, mounts the models, and turns into the image's command.
#
#   enter.sh ROOT MODELS UID NAME=VALUE… -- COMMAND…
set -euo pipefail

root=$1 models=$2 uid=$3
shift 3
environment=()
while [ "$1" != -- ]; do
  environment+=("$1")
  shift
done
shift

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount --bind "$models" "$root/models"
mount -o remount,ro,bind "$root/models"
mount -o remount,ro,bind "$root"
ip link set lo up

exec env -i "${environment[@]}" /usr/sbin/chroot --userspec "$uid:$uid" "$root" "$@"
