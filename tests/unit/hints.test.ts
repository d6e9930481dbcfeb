// Hints: which error gets which.

import { describe, expect, test } from 'bun:test'

import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { Failure } from '#src/failure.ts'
import { HINTS } from '#src/hint-table.ts'
import { hintFor } from '#src/hints.ts'

const failed = (syscall: string, errno: keyof typeof ERRNO) =>
  new SyscallError({ syscall, call: `${syscall}(...)`, errno: ERRNO[errno], where: 'here' })

describe('a failure that has puzzled people has a hint', () => {
  test.each([
    ['clone3', 'EPERM', /needs root, or a user namespace/],
    ['clone3', 'ENOSPC', /\/proc\/sys\/user\/max_/],
    ['clone3', 'EAGAIN', /pids\.max/],
    ['fsopen', 'ENODEV', /\/proc\/filesystems/],
    ['fsmount', 'EPERM', /unmasked one/],
    ['move_mount', 'ENOTDIR', /a file can only be mounted on a file/],
    ['pivot_root', 'EINVAL', /--no-pivot/],
    ['sched_setattr', 'EPERM', /realtimeRuntime/],
    ['set_mempolicy', 'ENOSYS', /NUMA/],
    ['mount_setattr', 'ENOSYS', /Linux 5\.12 or newer/],
    ['openat2', 'ENOSYS', /Linux 5\.6 or newer/],
    ['pidfd_open', 'ENOSYS', /Linux 5\.3 or newer/],
    ['fsopen', 'ENOSYS', /Linux 5\.2 or newer/],
  ] as const)('%s = %s', (syscall, errno, hint) => {
    expect(hintFor(failed(syscall, errno))).toMatch(hint)
  })
})

describe('what was being done tells failures of one call apart', () => {
  const during = (action: string, syscall: string, errno: keyof typeof ERRNO) =>
    hintFor(doing(`create container "web"`, () => doing(action, () => failed(syscall, errno))))

  test.each([
    ['set cpuset.cpus for linux.resources.cpu.cpus', 'write', 'EINVAL', /CPUs/],
    ['set linux.sysctl["a.b"] to "c"', 'write', 'EINVAL', /does not take this value/],
    ['make mounts[3], "bind" on "/data"', 'mkdirat', 'EROFS', /destination is missing/],
    ['make the cgroup "/sys/fs/cgroup/web"', 'mkdirat', 'EROFS', /cgroups are mounted read-only/],
    ['change the propagation of the mounts', 'mount_setattr', 'EINVAL', /chroot/],
    ['open the root "/srv"', 'openat', 'ENOENT', /root\.path/],
    ['join the network namespace "/run/netns/a"', 'openat', 'ENOENT', /whoever made the namespace/],
    ['make the state directory "/run/bunc/web"', 'mkdirat', 'EROFS', /--root/],
    ['find container "web" in "/run/bunc"', 'openat', 'EACCES', /another user/],
    ['list the containers in "/run/bunc"', 'openat', 'EACCES', /another user/],
  ] as const)('%s', (action, syscall, errno, hint) => {
    expect(during(action, syscall, errno)).toMatch(hint)
  })

  test('and none of them applies to what has no row', () => {
    expect(during('set the host name', 'write', 'EINVAL')).toBeUndefined()
  })
})

test('what any call can run out of has a hint for every call', () => {
  expect(hintFor(failed('write', 'ENOSPC'))).toMatch(/disk is full/)
  expect(hintFor(failed('pipe2', 'EMFILE'))).toMatch(/ulimit -n/)
})

test('no hint has words by which an engine would take the error for another', () => {
  const taken = /no such file or directory|permission denied|is a directory|not a directory|executable file not found/
  for (const { hint } of HINTS) expect(hint).not.toMatch(taken)
})

test('the same call with another errno, and the same errno of another call, have none', () => {
  expect(hintFor(failed('clone3', 'EBADF'))).toBeUndefined()
  expect(hintFor(failed('openat', 'EPERM'))).toBeUndefined()
})

test('what is no failed system call has none of these', () => {
  expect(hintFor(new Failure('something', 'its own hint'))).toBeUndefined()
  expect(hintFor(undefined)).toBeUndefined()
})
