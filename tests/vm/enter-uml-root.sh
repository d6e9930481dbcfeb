#!/bin/sh
# enter-uml-root.sh [SOURCE TARGET]... -- CONTROL COMMAND...
# Furnishes the working directory, the root of the User-mode Linux kernel, for one machine and runs COMMAND. Mounts
# every SOURCE read-only on TARGET, and CONTROL, where the guest writes to, on ./control. Expects to be in namespaces of
# its own.
set -e
ulimit -c 0
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777,size=100% tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs share
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")" && : >"$2"; fi
  mount -o bind,ro "$1" "$2"
  shift 2
done
mount --bind "$2" control
shift 2
exec "$@"
