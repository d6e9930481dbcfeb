// Who owns a descriptor, and when it is closed.

import { expect, test } from 'bun:test'

import { Fd } from '#ffi/fd.ts'
import { pretendedOwner } from './pretended-owner.ts'

test('it is closed once, however often it is disposed of', () => {
  const owner = pretendedOwner()
  const fd = owner.open('file', 5)
  {
    using file = fd
    expect(file.number).toBe(5)
  }
  fd[Symbol.dispose]()
  expect(owner.closed).toEqual(['file'])
})

test('a closed one has no number any more', () => {
  const fd = pretendedOwner().open('file', 5)
  fd[Symbol.dispose]()
  expect(fd.closed).toBe(true)
  expect(() => fd.number).toThrow(new RangeError('Descriptor of file is not open'))
})

test('one that was closed while its opening was queued stays closed when its number becomes known', () => {
  const owner = pretendedOwner()
  const fd = owner.open('file')
  fd[Symbol.dispose]()
  fd.settle(7)
  fd[Symbol.dispose]()
  expect(owner.closed).toEqual(['file'])
  expect(() => fd.number).toThrow('Descriptor of file is not open')
  // For the message of a call that failed in the same batch.
  expect(String(fd)).toBe('7<file>')
})

test('a borrowed one is closed by nobody, but not named after its end either', () => {
  const owner = pretendedOwner()
  const fd = new Fd(owner, 'stdin', 0, true)
  fd[Symbol.dispose]()
  expect(owner.closed).toEqual([])
  expect(() => fd.number).toThrow()
})

test('one that is released is left open for whoever has its number', () => {
  const owner = pretendedOwner()
  const fd = owner.open('file', 5)
  expect(fd.release()).toBe(5)
  fd[Symbol.dispose]()
  expect(owner.closed).toEqual([])
  expect(() => fd.number).toThrow('Descriptor of file is not open')
})

test('a missing one has no number and is not closed', () => {
  const owner = pretendedOwner()
  const fd = owner.open('file')
  fd.settle('missing')
  expect(fd.missing).toBe(true)
  expect(() => fd.number).toThrow('Descriptor of file is not open')
  fd[Symbol.dispose]()
  expect(owner.closed).toEqual([])
  expect(fd.closed).toBe(false)
})

test('to ask for the number of a queued one makes the queued calls', () => {
  const owner = pretendedOwner('task 9', () => fd.settle(12))
  const fd = owner.open('file')
  expect(fd.queued).toBe(true)
  expect(fd.number).toBe(12)
  expect([fd.queued, owner.flushes()]).toEqual([false, 1])
})

test('to ask whether a queued one is missing makes the queued calls', () => {
  const owner = pretendedOwner('task 9', () => fd.settle('missing'))
  const fd = owner.open('file')
  expect(fd.missing).toBe(true)
  expect(owner.flushes()).toBe(1)
})

test('it reads as strace shows descriptors', () => {
  const owner = pretendedOwner()
  const missing = owner.open('file')
  missing.settle('missing')
  expect([owner.open('file', 5), owner.open('file'), missing].map(String)).toEqual([
    '5<file>',
    'new<file>',
    'missing<file>',
  ])
})
