// Table: what mends which failed call. A row is found by system call and errno, by what was being done, by an argument. No
// code; src/hints.ts looks the rows up.

/** One row: when it applies, and what to say. */
export interface Hint {
  readonly syscall: string
  readonly errno: string | readonly string[]
  /** Something that the text of the call must contain. */
  readonly when?: string
  /** How something that was being done must begin. */
  readonly doing?: string
  readonly hint: string
}

const HANDS_DOWN =
  'in cgroup v2 a cgroup that hands controllers down can hold no process: name one below it in linux.cgroupsPath'
const NO_DISK =
  'the host has no block device of this number: lsblk lists those that it has, and a partition cannot be limited, but its disk'
const OTHERS_PLACE = 'the containers there are those of another user: try as root, or name another place with --root'

/** The first row that applies counts. */
export const HINTS: readonly Hint[] = [
  {
    syscall: 'clone3',
    errno: 'EPERM',
    hint: 'making namespaces needs root, or a user namespace in linux.namespaces; some hosts forbid those to users (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)',
  },
  { syscall: 'clone3', errno: 'ENOSPC', hint: 'a limit of namespaces is reached: see /proc/sys/user/max_*_namespaces' },
  {
    syscall: 'clone3',
    errno: 'EAGAIN',
    hint: 'a limit of processes is reached: see ulimit -u and pids.max of the cgroup',
  },
  {
    syscall: 'execveat',
    errno: 'ENOMEM',
    hint: 'the memory limit of the cgroup leaves no room for a process: raise linux.resources.memory.limit to some megabytes',
  },
  // Where the containers are kept.
  {
    syscall: 'mkdirat',
    errno: ['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'],
    doing: 'make the state directory',
    hint: 'what is known of a container is kept there: --root names another place',
  },
  { syscall: 'openat', errno: 'EACCES', doing: 'find container', hint: OTHERS_PLACE },
  { syscall: 'openat', errno: 'EACCES', doing: 'list the containers', hint: OTHERS_PLACE },
  // Mounts, and what they are made on.
  {
    syscall: 'fsmount',
    errno: 'EPERM',
    hint: 'in a user namespace a new proc or sysfs may only be mounted where an unmasked one is already visible',
  },
  {
    syscall: 'fsopen',
    errno: 'ENODEV',
    hint: 'the kernel does not know this type of file system: /proc/filesystems lists those that it does, and a module may bring it (modprobe)',
  },
  {
    syscall: 'move_mount',
    errno: 'ENOTDIR',
    hint: 'a file can only be mounted on a file, and a directory on a directory',
  },
  {
    syscall: 'move_mount',
    errno: 'ENOSPC',
    hint: 'the limit of mounts is reached: see /proc/sys/fs/mount-max',
  },
  {
    syscall: 'openat2',
    errno: 'ENOTDIR',
    doing: 'make mounts[',
    hint: 'the destination is a file in the container, or leads through one, and a directory is to be mounted there: one of the two sides is not what was meant',
  },
  {
    syscall: 'openat2',
    errno: 'ELOOP',
    doing: 'make mounts[',
    hint: 'links of the image lead the destination in a circle: choose another, or mend the image',
  },
  {
    syscall: 'mkdirat',
    errno: ['EROFS', 'ENOENT', 'EACCES', 'EPERM'],
    doing: 'make mounts[',
    hint: 'the destination is missing and cannot be made there, as in a read-only mount or in /proc: make it in the source of that mount, or choose another destination',
  },
  {
    syscall: 'mknodat',
    errno: ['EROFS', 'ENOENT', 'EACCES', 'EPERM'],
    doing: 'make mounts[',
    hint: 'the file to mount on is missing and cannot be made there, as in a read-only mount or in /proc: make it in the source of that mount, or choose another destination',
  },
  {
    syscall: 'openat',
    errno: 'EACCES',
    doing: 'make mounts[',
    hint: 'the user who runs bunc, or root of the user namespace, may not pass a directory above the source',
  },
  {
    syscall: 'open_tree',
    errno: 'EACCES',
    doing: 'make mounts[',
    hint: 'root of the user namespace may not pass a directory above the source: open them all to it (chmod o+x)',
  },
  {
    syscall: 'open_tree',
    errno: 'ENOENT',
    doing: 'copy the source of mounts[',
    hint: 'the source is a path of the host that is not there',
  },
  {
    syscall: 'open_tree',
    errno: 'EINVAL',
    doing: 'make mounts[',
    hint: 'in a user namespace a mount with others below it can only be taken with them: use "rbind"',
  },
  {
    syscall: 'mkdirat',
    errno: 'EROFS',
    doing: 'make the working directory',
    hint: 'process.cwd is missing and lies on a read-only mount',
  },
  {
    syscall: 'openat2',
    errno: 'ENOTDIR',
    doing: 'make the working directory',
    hint: 'process.cwd must be a directory, and is a file in the container or leads through one',
  },
  {
    syscall: 'chdir',
    errno: 'ENOENT',
    doing: 'enter the working directory',
    hint: 'the directory must be there: exec makes none; --cwd names another',
  },
  {
    syscall: 'chdir',
    errno: 'ENOTDIR',
    doing: 'enter the working directory',
    hint: 'it is a file in the container, or leads through one',
  },
  {
    syscall: 'chdir',
    errno: 'EACCES',
    doing: 'enter the working directory',
    hint: 'the user of the process may not enter it: open it to that user (chmod o+x), or choose another',
  },
  {
    syscall: 'getcwd',
    errno: 'ENOENT',
    hint: 'the directory was removed while it was entered',
  },
  // The root.
  {
    syscall: 'openat',
    errno: 'ENOENT',
    doing: 'open the root',
    hint: 'root.path of config.json names it, and a relative path starts at the bundle: unpack an image there',
  },
  {
    syscall: 'openat',
    errno: 'ENOTDIR',
    doing: 'open the root',
    hint: 'root.path of config.json must name a directory: unpack the image, an archive does not do',
  },
  {
    syscall: 'openat',
    errno: 'EACCES',
    doing: 'mount the root',
    hint: 'the user that linux.uidMappings makes root of the container must be able to pass every directory above it (chmod o+x)',
  },
  {
    syscall: 'pivot_root',
    errno: 'EINVAL',
    hint: 'the host runs from a ramdisk, or the parent of the root is shared: --no-pivot helps with the first',
  },
  // Ids.
  {
    syscall: 'setresuid',
    errno: 'EINVAL',
    hint: 'the user is not among those that linux.uidMappings maps into the container',
  },
  {
    syscall: 'setresgid',
    errno: 'EINVAL',
    hint: 'the group is not among those that linux.gidMappings maps into the container',
  },
  {
    syscall: 'setgroups',
    errno: 'EPERM',
    hint: 'a user who maps nobody but himself cannot have other groups: map a range of /etc/subgid',
  },
  {
    syscall: 'setgroups',
    errno: 'EINVAL',
    hint: 'a group is not among those that linux.gidMappings maps into the container',
  },
  {
    syscall: 'fsconfig',
    errno: 'EINVAL',
    when: '"gid"',
    hint: 'the group must be one that linux.gidMappings maps into the container',
  },
  {
    syscall: 'write',
    errno: 'EPERM',
    doing: 'map the ids of the user namespace',
    hint: 'a user may map nobody but himself, and only with newuidmap and newgidmap (package uidmap) what /etc/subuid and /etc/subgid give him',
  },
  // What file systems say of their options: see also what the kernel adds to the line.
  {
    syscall: 'fsconfig',
    errno: 'EINVAL',
    doing: 'set option',
    hint: 'this type of file system does not know the option, or not with that value: see mount(8)',
  },
  {
    syscall: 'fsconfig',
    errno: 'ENOENT',
    doing: 'set option',
    hint: 'the option names a path of the host that is not there',
  },
  {
    syscall: 'fsconfig',
    errno: ['ENOENT', 'ENOTBLK'],
    when: 'CMD_CREATE',
    hint: 'the source of such a mount is a disk, or a path, of the host: it must be there',
  },
  {
    syscall: 'fsconfig',
    errno: 'EINVAL',
    when: 'CMD_CREATE',
    doing: 'make a throw-away copy',
    hint: 'the kernel lays no overlay over two others, as in a container of a container: do it one container further out',
  },
  // Namespaces.
  {
    syscall: 'openat',
    errno: 'ENOENT',
    doing: 'join the',
    hint: 'whoever made the namespace has ended or taken it away: linux.namespaces must name one that is there',
  },
  {
    syscall: 'openat',
    errno: 'EACCES',
    doing: 'join the',
    hint: 'it belongs to a process that this user has no power over',
  },
  {
    syscall: 'setns',
    errno: 'EINVAL',
    doing: 'join the',
    hint: 'the file is no namespace, or one of another type than linux.namespaces says',
  },
  {
    syscall: 'setns',
    errno: 'EPERM',
    doing: 'join the',
    hint: 'joining it needs power over the user namespace that owns it: join that one, too',
  },
  // The process.
  {
    syscall: 'prlimit64',
    errno: 'EPERM',
    hint: 'without CAP_SYS_RESOURCE no hard limit can be above that of the caller (ulimit -H), and nobody may have more files open than /proc/sys/fs/nr_open',
  },
  {
    syscall: 'prlimit64',
    errno: 'EINVAL',
    hint: 'the soft limit must not be above the hard one',
  },
  {
    syscall: 'sched_setattr',
    errno: 'EPERM',
    when: 'DEADLINE',
    hint: 'the kernel allows this to a process that may run on all CPUs: leave out linux.resources.cpu.cpus',
  },
  {
    syscall: 'sched_setattr',
    errno: 'EPERM',
    hint: 'a real-time policy needs CAP_SYS_NICE, and with RT_GROUP_SCHED linux.resources.cpu.realtimeRuntime, which cgroup v2 does not have',
  },
  {
    syscall: 'mount_setattr',
    errno: 'EINVAL',
    when: 'IDMAP',
    hint: 'the file system of the source, or of something below it, cannot have its ids mapped',
  },
  {
    syscall: 'mount_setattr',
    errno: 'EINVAL',
    doing: 'change the propagation of the mounts',
    hint: 'bunc was started in a chroot whose directory is no mount: mount --bind DIRECTORY DIRECTORY before chroot makes it one',
  },
  { syscall: 'set_mempolicy', errno: 'ENOSYS', hint: 'the kernel was built without NUMA' },
  {
    syscall: 'write',
    errno: ['EINVAL', 'ENOENT'],
    doing: 'set process.apparmorProfile',
    hint: 'the profile is not loaded on this host: load it with apparmor_parser, and see aa-status',
  },
  {
    syscall: 'write',
    errno: 'EACCES',
    doing: 'set process.oomScoreAdj',
    hint: 'without CAP_SYS_RESOURCE the score cannot be below that of the caller',
  },
  // Kernel parameters.
  {
    syscall: 'openat2',
    errno: 'ENOENT',
    doing: 'set linux.sysctl',
    hint: 'this kernel has no such parameter: mind the spelling, or a module must be loaded first (modprobe)',
  },
  {
    syscall: 'write',
    errno: ['EINVAL', 'ERANGE'],
    doing: 'set linux.sysctl',
    hint: 'the parameter does not take this value',
  },
  {
    syscall: 'openat2',
    errno: 'EACCES',
    doing: 'set linux.sysctl',
    hint: 'the parameter is read-only here, or may be set by root of the host alone',
  },
  // Devices.
  {
    syscall: 'openat',
    errno: 'ENOENT',
    doing: 'make linux.devices[',
    hint: 'in a user namespace devices are those of the host, which must have it: load its driver (modprobe)',
  },
  {
    syscall: 'mknodat',
    errno: 'EEXIST',
    doing: 'make linux.devices[',
    hint: 'something else has this path in the container: remove it from the image, or choose another path',
  },
  {
    syscall: 'mknodat',
    errno: 'EPERM',
    doing: 'make linux.devices[',
    hint: 'making devices needs CAP_MKNOD in the first user namespace',
  },
  // Cgroups.
  {
    syscall: 'mkdirat',
    errno: 'EROFS',
    doing: 'make the cgroup',
    hint: 'cgroups are mounted read-only here, as in a container that is not privileged: bunc needs them writable (mount -o remount,rw)',
  },
  {
    syscall: 'mkdirat',
    errno: ['EACCES', 'EPERM'],
    doing: 'make the cgroup',
    hint: 'this user may make no cgroup there: have one delegated by systemd (--systemd-cgroup), or name one of your own in linux.cgroupsPath',
  },
  {
    syscall: 'mkdirat',
    errno: 'EAGAIN',
    doing: 'make the cgroup',
    hint: 'cgroup.max.descendants or cgroup.max.depth of a cgroup above it is reached',
  },
  {
    syscall: 'mkdirat',
    errno: 'ENOSPC',
    doing: 'make the cgroup',
    hint: 'the kernel has no number left for another cgroup: are there thousands that nobody removes?',
  },
  {
    syscall: 'write',
    errno: 'EBUSY',
    doing: 'move process',
    hint: HANDS_DOWN,
  },
  {
    syscall: 'clone3',
    errno: 'EBUSY',
    hint: HANDS_DOWN,
  },
  {
    syscall: 'write',
    errno: ['EINVAL', 'ERANGE'],
    doing: 'set cpuset.cpus',
    hint: 'the list has CPUs that the cgroup above it does not have, or is no list like "0-3,7": see cpuset.cpus.effective (version 1: cpuset.cpus) there',
  },
  {
    syscall: 'write',
    errno: ['EINVAL', 'ERANGE'],
    doing: 'set cpuset.mems',
    hint: 'the list has memory nodes that the cgroup above it does not have, or is no list like "0-1": see cpuset.mems.effective (version 1: cpuset.mems) there',
  },
  {
    syscall: 'write',
    errno: 'EINVAL',
    doing: 'set cpu.cfs_',
    hint: 'the period is from 1000 to 1000000 microseconds, and the quota at least 1000 and not above that of the cgroup above it',
  },
  {
    syscall: 'write',
    errno: ['EINVAL', 'ERANGE'],
    doing: 'set cpu.max',
    hint: 'the period is from 1000 to 1000000 microseconds, and the quota at least 1000',
  },
  {
    syscall: 'write',
    errno: 'EINVAL',
    doing: 'set cpu.rt_runtime_us',
    hint: 'every cgroup above it must have more real-time runtime than is asked for: those below the root begin with none',
  },
  {
    syscall: 'write',
    errno: 'ERANGE',
    doing: 'set blkio.bfq.weight',
    hint: 'a weight is from 1 to 1000',
  },
  {
    syscall: 'write',
    errno: 'ENODEV',
    doing: 'set blkio.throttle',
    hint: NO_DISK,
  },
  {
    syscall: 'write',
    errno: 'ENODEV',
    doing: 'set io.max',
    hint: NO_DISK,
  },
  {
    syscall: 'write',
    errno: 'EOPNOTSUPP',
    doing: 'set blkio.',
    hint: 'the scheduler of the disk has no weights: bfq has (/sys/block/*/queue/scheduler)',
  },
  {
    syscall: 'openat',
    errno: 'ENOENT',
    when: '"/sys/fs/cgroup/',
    doing: 'execute in container',
    hint: '--cgroup names a cgroup below that of the container, and it must be there',
  },
  // Sockets of callers and agents.
  {
    syscall: 'connect',
    errno: ['ENOENT', 'ECONNREFUSED'],
    doing: 'send "seccompFd"',
    hint: 'the agent that linux.seccomp.listenerPath names must listen there before the container is made',
  },
  {
    syscall: 'connect',
    errno: ['ENOENT', 'ECONNREFUSED'],
    doing: 'send "',
    hint: 'whoever is to get it must listen on that socket before the command is given',
  },
  { syscall: 'connect', errno: 'EPROTOTYPE', hint: 'the socket must be of type SOCK_STREAM' },
]
