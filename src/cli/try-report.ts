// What `bunc try` shows where nobody can type: a look around from inside, by the host's own shell. Everything that it says
// is read inside the container at that moment.

/** A script for any POSIX shell. */
export const REPORT = String.raw`
say() { printf '  %-14s %s\n' "$1" "$2"; }
count() { set -- $1; echo $#; }
field() { while read -r name value rest; do [ "$name" = "$1:" ] && echo "$value" && return; done </proc/self/status; }
lines() { n=0; while read -r _; do n=$((n + 1)); done <"$1"; echo $n; }

echo "Hello from a container. It is a throw-away copy of this machine:"
say "first process" "pid $$, and $(count "$(cd /proc && echo [0-9]*)") processes in sight"
say "host name" "$(cat /proc/sys/kernel/hostname)"
say "root" "$(while read -r _ at type _; do [ "$at" = / ] && kind=$type; done </proc/mounts; echo "$kind"), writes are kept in memory and discarded"
say "mounts" "$(lines /proc/self/mountinfo), none of them the host's own"
say "network" "$(count "$(cd /sys/class/net && echo *)") interface: $(cd /sys/class/net && echo *)"
say "capabilities" "$(field CapEff)"
say "new privileges" "$([ "$(field NoNewPrivs)" = 1 ] && echo 'none, by no_new_privs')"
say "memory limit" "$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null) bytes"
say "process limit" "$(cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null)"
if echo gone >/bunc-was-here 2>/dev/null; then say "a file" "/bunc-was-here was written, and the host will never see it"; fi
`
