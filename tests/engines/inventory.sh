# Prints what a process can find out about itself and its container, section by section, for a comparison of runtimes.
# Runs in busybox's shell as any user with any privileges; changes nothing that outlives it.

section() { echo "== $1"; }

# A file's content on one line behind its name, or why it cannot be read.
show() {
  for file in "$@"; do
    echo "$file: $(cat "$file" 2>&1 | tr '\n\t\0' '|  ')"
  done
}

# The outcome of a command: its exit code and the first line of what it complains about.
try() {
  complaint=$( ("$@") 2>&1 >/dev/null | head -n 1)
  ("$@") >/dev/null 2>&1
  echo "$*: $? $complaint"
}

status='^(Umask|Uid|Gid|Groups|Threads|Sig(Pnd|Blk|Ign)|ShdPnd|Cap|NoNewPrivs|Seccomp|Spec|Cpus_allowed_list|Mems_allowed_list|CoreDumping|THP|VmLck)'
# Of the process that prints: it was started by the shell, and has what the shell had.
section 'status of a child'
grep -E "$status" /proc/self/status
section 'status of the process'
grep -E "$status" /proc/$$/status

section 'the process'
# Parent, group, session, terminal, priority, nice, threads; signal to the parent, real-time priority, policy.
awk 'function who(pid) { return pid == $1 ? "itself" : pid > 1 ? "another" : pid }
  { print ($1 == 1 ? "first" : "later"), who($4), who($5), who($6), $7, $18, $19, $20, $38, $40, $41 }' /proc/$$/stat
show /proc/$$/cmdline /proc/$$/comm
tr '\0' '\n' </proc/$$/environ 2>&1 | sort
# Without a pipe of the shell's own, which would be among the descriptors.
find /proc/$$/fd /proc/$$/exe /proc/$$/cwd /proc/$$/root -type l -exec readlink {} \;
# The last digits are how it can be used; the others tell only how it was opened, and by whom.
find /proc/$$/fdinfo -type f -exec awk '/^flags/ { print "descriptor", substr("000" $2, length($2)) }' {} \;
# The owner of these is not the process's own where the process is not dumpable.
stat -c '%n %u:%g %a' /proc/$$/status /proc/$$/environ /proc/$$/fd

section 'attributes'
cd /proc/self
show personality timerslack_ns coredump_filter oom_score_adj loginuid sessionid setgroups uid_map gid_map timens_offsets
show attr/current attr/exec cgroup cpuset limits
cd - >/dev/null
ls /proc/self/task | wc -l

section 'identity'
id 2>&1
hostname
cat /proc/sys/kernel/domainname
pwd
umask
ulimit -a
tty
stat -L -c '%F %u:%g %a' /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2
uname -m

section 'namespaces'
for name in cgroup ipc mnt net pid pid_for_children time time_for_children user uts; do
  readlink /proc/self/ns/$name
done

section 'mounts'
cat /proc/self/mountinfo

section 'devices'
find /dev -path /dev/pts -prune -o -path /dev/shm -prune -o -path /dev/mqueue -prune -o -print | sort | while read path; do
  echo "$path $(stat -c '%F %a %u:%g %t:%T' "$path") $(readlink "$path")"
done
stat -c '%n %F %a %u:%g' /dev/pts /dev/shm /dev/mqueue

section 'directories'
for path in / /proc /sys /sys/fs/cgroup /dev /tmp /run /etc /etc/hosts /etc/hostname /etc/resolv.conf /root .; do
  stat -c '%n %F %a %u:%g' "$path"
done
ls /

section 'cgroup'
for file in memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes memory/memory.soft_limit_in_bytes \
  memory/memory.swappiness memory/memory.oom_control memory/memory.use_hierarchy cpu/cpu.shares \
  cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.rt_runtime_us cpuset/cpuset.cpus cpuset/cpuset.mems \
  cpuset/cpuset.cpu_exclusive cpuset/cpuset.memory_migrate pids/pids.max blkio/blkio.weight \
  blkio/blkio.throttle.read_bps_device freezer/freezer.state net_cls/net_cls.classid \
  cgroup.controllers cgroup.subtree_control cgroup.type cgroup.freeze memory.max memory.high memory.low memory.min \
  memory.swap.max memory.oom.group cpu.max cpu.weight cpu.idle cpuset.cpus cpuset.mems cpuset.cpus.effective io.max \
  io.weight pids.max hugetlb.2MB.max; do
  [ -e /sys/fs/cgroup/$file ] && show /sys/fs/cgroup/$file
done
# The order of the rules is of no consequence: each allows something.
sort /sys/fs/cgroup/devices/devices.list 2>/dev/null
ls -ln /sys/fs/cgroup | awk 'NR > 1 { print $1, $3, $4, $9, $10, $11 }'

section 'parameters'
cd /proc/sys
show kernel/msgmax kernel/msgmnb kernel/shmmax kernel/shmall kernel/sem fs/mqueue/msg_max net/core/somaxconn \
  net/ipv4/ip_forward net/ipv4/ip_unprivileged_port_start net/ipv4/ping_group_range net/ipv6/conf/all/disable_ipv6
cd - >/dev/null

section 'network'
cut -d: -f1 /proc/net/dev
ip addr show lo 2>&1 | grep -v 'qdisc' | awk '{ print $1, $2, $3, $4 }'
ip link show lo 2>&1 | awk 'NR == 1 { print $3 }'
ip route 2>&1

section 'kernel interfaces'
for path in /proc/kcore /proc/keys /proc/timer_list /proc/scsi /proc/acpi /proc/asound /proc/sched_debug \
  /proc/latency_stats /proc/interrupts /sys/firmware /sys/devices/virtual/powercap /proc/sysrq-trigger; do
  [ -e $path ] && echo "$path $(stat -c '%F %a %u:%g %t:%T' $path)"
done
grep -o "_ses.$(hostname)" /proc/keys 2>&1

section 'attempts'
try mount -t tmpfs none /mnt
try mount -t proc proc /mnt
try umount /proc/sys
try umount /dev/shm
try mknod /tmp/block b 8 0
try mknod /tmp/char c 10 200
try unshare -m true
try unshare -U true
try unshare -n true
try unshare -p true
try chroot / true
try nice -n -5 true
try chown 7:7 /etc/group
try chmod 4755 /bin/true
try ping -c 1 -W 1 127.0.0.1
try dmesg
try linux32 true
try kill -0 1
try sh -c ': >> /etc/passwd'
try sh -c ': > /dev/null'
try sh -c ': < /dev/zero'
try sh -c ': < /dev/tty'
try sh -c ': > /dev/console'
try sh -c ': < /proc/kcore'
try sh -c ': > /proc/1/oom_score_adj'
try sh -c ': > /proc/sys/kernel/domainname'
try sh -c ': > /sys/kernel/mm/ksm/run'
try sh -c 'mkdir /sys/fs/cgroup/memory/sub'
try sh -c 'mkdir /sys/fs/cgroup/sub'
try sh -c 'ulimit -n 1048577'
try sh -c 'ulimit -c unlimited'
try sh -c 'touch /dev/new && rm /dev/new'
try sh -c 'echo x > /dev/shm/x && rm /dev/shm/x'
