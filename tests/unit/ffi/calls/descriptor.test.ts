// Descriptors themselves, against what /proc says of them.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import {
  addSeals,
  close,
  duplicate,
  dupTo,
  eventfd,
  memfdCreate,
  pipe,
  poll,
  setCloseOnExec,
  setStatusFlags,
  statusFlags,
  timespec,
} from '#ffi/calls/descriptor.ts'
import { fstat, ftruncate, put, read } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { here, inherited } from '#ffi/perform/here.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const O_NONBLOCK = 0o4000
const O_CLOEXEC = 0o2000000
const memfd = () => here(memfdCreate('bunc-test', ['CLOEXEC', 'ALLOW_SEALING']))

function flagsOf(fd: Fd): number {
  const text = readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8')
  return parseInt(/^flags:\s+(\d+)$/m.exec(text)?.[1] ?? '', 8)
}

test('an eventfd that nothing was added to has nothing to be read', () => {
  using counter = here(eventfd(['CLOEXEC', 'NONBLOCK']))
  expect(() => here(read(counter, 8))).toThrow('EAGAIN')
  here(put(counter, new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0])))
  expect(here(read(counter, 8))[0]).toBe(3)
  expect(flagsOf(counter) & O_CLOEXEC).toBe(O_CLOEXEC)
})

describe('copies', () => {
  test('a duplicate is the same file under another number, closed by execve', () => {
    using file = memfd()
    using copy = here(duplicate(file, 100))
    expect(copy.number).toBeGreaterThanOrEqual(100)
    here(put(file, 'one'))
    // They share the position, as only copies do.
    here(put(copy, 'two'))
    expect(here(fstat(file)).size).toBe(6)
    expect(flagsOf(copy) & O_CLOEXEC).toBe(O_CLOEXEC)
  })

  test('a copy under a given number is for a program to inherit', () => {
    using file = memfd()
    using place = memfd()
    here(dupTo(file, place.number))
    expect(flagsOf(place) & O_CLOEXEC).toBe(0)
  })

  test('whether execve closes one can be changed', () => {
    using file = memfd()
    here(setCloseOnExec(file, []))
    expect(flagsOf(file) & O_CLOEXEC).toBe(0)
    here(setCloseOnExec(file, ['FD_CLOEXEC']))
    expect(flagsOf(file) & O_CLOEXEC).toBe(O_CLOEXEC)
  })

  test('whether it blocks can be changed', () => {
    using file = memfd()
    here(setStatusFlags(file, ['NONBLOCK']))
    expect(here(statusFlags(file)) & O_NONBLOCK).toBe(O_NONBLOCK)
    here(setStatusFlags(file, []))
    expect(here(statusFlags(file)) & O_NONBLOCK).toBe(0)
  })

  test('close names the descriptor', () => {
    expect(close(pretendedOwner().open('file', 5)).show()).toBe('close(5<file>)')
  })
})

describe('a memfd', () => {
  test('that is sealed can neither be written nor resized, nor unsealed', () => {
    using file = memfd()
    here(put(file, 'content'))
    here(addSeals(file, ['SEAL', 'SHRINK', 'GROW', 'WRITE']))
    expect(() => here(put(file, 'x'))).toThrow('EPERM')
    expect(() => here(ftruncate(file, 1))).toThrow('EPERM')
    expect(() => here(ftruncate(file, 100))).toThrow('EPERM')
    expect(() => here(addSeals(file, ['WRITE']))).toThrow('EPERM')
  })
})

describe('a pipe', () => {
  test('has two ends, which are closed by execve and by whoever uses them', () => {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    expect([flagsOf(reading) & O_CLOEXEC, flagsOf(writing) & O_CLOEXEC]).toEqual([O_CLOEXEC, O_CLOEXEC])
    here(put(writing, 'through'))
    writing[Symbol.dispose]()
    expect(here(read(reading, 100)).length).toBe(7)
    expect(here(read(reading, 100)).length).toBe(0)
    const { number } = reading
    reading[Symbol.dispose]()
    expect(() => here(read(inherited(number, 'gone'), 1))).toThrow('EBADF')
  })

  test('reads as a pair', () => {
    const { result } = pipe([])
    const owner = pretendedOwner()
    expect(result.show([owner.open('r', 3), owner.open('w', 4)])).toBe('[3<r>, 4<w>]')
  })
})

describe('poll', () => {
  test('says of each whether anything has happened', () => {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    using r = reading
    using w = writing
    const waiting = () => [
      { fd: r, for: ['IN'] as const },
      { fd: w, for: ['OUT'] as const },
    ]
    expect(here(poll(waiting(), 0))).toEqual([false, true])
    here(put(w, 'x'))
    expect(here(poll(waiting(), -1))).toEqual([true, true])
  })

  test('says so too when the other end is gone', () => {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    using r = reading
    writing[Symbol.dispose]()
    expect(here(poll([{ fd: r, for: ['IN'] }], -1))).toEqual([true])
  })

  test('waits no longer than it is told', () => {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    using r = reading
    using _ = writing
    const began = Bun.nanoseconds()
    expect(here(poll([{ fd: r, for: ['IN'] }], 30))).toEqual([false])
    expect((Bun.nanoseconds() - began) / 1e6).toBeGreaterThanOrEqual(29)
  })

  test('reads with what is waited for', () => {
    const fd = pretendedOwner().open('pipe', 4)
    expect(poll([{ fd, for: ['IN'] }], 30).show()).toBe('ppoll([4<pipe>], 30 ms)')
    expect(poll([{ fd, for: ['IN'] }], -1).show()).toBe('ppoll([4<pipe>], NULL)')
    expect(poll([], 0).result.show([true, false, true])).toBe('2')
  })
})

test('milliseconds become seconds and nanoseconds', () => {
  expect(timespec(1500)).toEqual({ tv_sec: 1, tv_nsec: 500_000_000 })
  expect(timespec(0.5)).toEqual({ tv_sec: 0, tv_nsec: 500_000 })
  expect(timespec(2000)).toEqual({ tv_sec: 2, tv_nsec: 0 })
})
