// The n-th call fails, and the calls that a kernel does not have.

import { describe, expect, test } from 'bun:test'

import { harmlessly, tolerating } from '#ffi/call.ts'
import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { openat, openat2, put } from '#ffi/calls/file.ts'
import { getpid, getppid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { Batch } from '#ffi/perform/batch.ts'
import { failing } from '#ffi/perform/failing.ts'
import { here } from '#ffi/perform/here.ts'
import { without } from '#ffi/perform/without.ts'
import { PretendedExecutor } from './pretended-executor.ts'

describe('failing', () => {
  test('lets all calls pass but one, and counts them', () => {
    const { decorator, asked } = failing(2, 'EIO')
    const sys = decorator(here, 'here')
    expect(sys(getpid())).toBe(process.pid)
    expect(() => sys(getpid())).toThrow('getpid() = EIO (input/output error)')
    expect(sys(getppid())).toBe(process.ppid)
    expect(asked()).toBe(3)
  })

  test('counts over all performers', () => {
    const { decorator } = failing(2, 'EIO')
    const [one, other] = [decorator(here, 'here'), decorator(here, 'task 5')]
    one(getpid())
    expect(() => other(getpid())).toThrow('EIO (input/output error) in task 5')
  })

  test('is thrown as what it would be, with what was being done', () => {
    const sys = failing(1, 'ENOSPC').decorator(here, 'here')
    let caught: unknown
    try {
      doing('write it', () => sys(getpid()))
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SyscallError)
    expect(caught).toMatchObject({ errno: 'ENOSPC', syscall: 'getpid', actions: ['write it'] })
  })

  test('is no error where it is harmless', () => {
    const sys = failing(1, 'ENOENT').decorator(here, 'here')
    const missing = sys(tolerating(openat('cwd', '/', ['PATH']), 'ENOENT'))
    expect(missing.missing).toBe(true)
    expect(sys(put(missing, 'x'))).toBeUndefined()
    missing[Symbol.dispose]()
  })

  test('happens after all that was queued before it', () => {
    const executor = new PretendedExecutor({})
    const sys = failing(2, 'EIO').decorator(new Batch(executor).sys, 'task 1')
    sys(openat('cwd', '/a', ['PATH']))
    expect(() => sys(openat('cwd', '/b', ['PATH']))).toThrow('EIO')
    expect(executor.batches).toEqual([['openat']])
  })

  test('fails calls of `all` one by one', () => {
    const { decorator, asked } = failing(2, 'EIO')
    expect(() => decorator(here, 'here').all([getpid(), getpid(), getpid()])).toThrow('EIO')
    expect(asked()).toBe(2)
  })
})

describe('without', () => {
  const older = without(['openat2', 'memfd_create'])(here, 'here')

  test('answers the named calls with ENOSYS, as a kernel that does not have them', () => {
    expect(() => older(memfdCreate('x', []))).toThrow('memfd_create("x", 0) = ENOSYS (function not implemented)')
  })

  test('lets every other call pass', () => {
    expect(older(getpid())).toBe(process.pid)
  })

  test('is no error where any failure is harmless', () => {
    expect(older(harmlessly(openat2('cwd', '/', { flags: ['PATH'], resolve: [] }))).missing).toBe(true)
  })
})
