// What mends an error, where experience knows it: one row for each system call and errno that has puzzled people.

import { SyscallError } from '#ffi/error.ts'

/** One row: when it applies, and what to say. */
interface Hint {
  readonly syscall: string
  readonly errno: string
  /** Something that the text of the call must contain. */
  readonly when?: string
  readonly hint: string
}

const HINTS: readonly Hint[] = [
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
    hint: 'the memory limit of the cgroup leaves no room for a process: see linux.resources.memory.limit',
  },
  {
    syscall: 'fsmount',
    errno: 'EPERM',
    hint: 'in a user namespace a new proc or sysfs may only be mounted where an unmasked one is already visible',
  },
  {
    syscall: 'fsopen',
    errno: 'ENODEV',
    hint: 'the kernel does not know this type of file system: /proc/filesystems lists those that it does',
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
    syscall: 'pivot_root',
    errno: 'EINVAL',
    hint: 'the host runs from a ramdisk, or the parent of the root is shared: --no-pivot helps with the first',
  },
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
    syscall: 'fsconfig',
    errno: 'EINVAL',
    when: '"gid"',
    hint: 'the group must be one that linux.gidMappings maps into the container',
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
  { syscall: 'set_mempolicy', errno: 'ENOSYS', hint: 'the kernel was built without NUMA' },
]

/** The Linux that brought each call without which something does not work. */
const SINCE: { readonly [syscall: string]: string } = {
  open_tree: '5.2',
  move_mount: '5.2',
  fsopen: '5.2',
  fsconfig: '5.2',
  fsmount: '5.2',
  clone3: '5.3',
  pidfd_open: '5.3',
  openat2: '5.6',
  pidfd_getfd: '5.6',
  mount_setattr: '5.12',
}

function missingCall(syscall: string): string | undefined {
  const since = SINCE[syscall]
  return since === undefined ? undefined : `this needs Linux ${since} or newer, for ${syscall}(2)`
}

/** Takes an error, gives what may mend it. */
export function hintFor(error: unknown): string | undefined {
  if (!(error instanceof SyscallError)) return undefined
  const { syscall, errno, call } = error
  const known = HINTS.find(
    (row) => row.syscall === syscall && row.errno === errno && (row.when === undefined || call.includes(row.when)),
  )
  return known?.hint ?? (errno === 'ENOSYS' ? missingCall(syscall) : undefined)
}
