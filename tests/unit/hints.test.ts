// Hints: which error gets which.

import { describe, expect, test } from 'bun:test'

import { SyscallError } from '#ffi/error.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { Failure } from '#src/failure.ts'
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

test('the same call with another errno, and the same errno of another call, have none', () => {
  expect(hintFor(failed('clone3', 'EBADF'))).toBeUndefined()
  expect(hintFor(failed('openat', 'EPERM'))).toBeUndefined()
})

test('what is no failed system call has none of these', () => {
  expect(hintFor(new Failure('something', 'its own hint'))).toBeUndefined()
  expect(hintFor(undefined)).toBeUndefined()
})
