// The executor's functions in this process.

import { expect, test } from 'bun:test'

import { Arena, ARENA_SIZE } from '#ffi/arena.ts'
import { hidden, syscall, tolerating } from '#ffi/call.ts'
import { close } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { getpid, getppid } from '#ffi/calls/process.ts'
import { SKIPPED } from '#ffi/executor/layout.ts'
import { native } from '#ffi/executor/native.ts'
import type { Fd } from '#ffi/fd.ts'
import { constant, descriptor, nothing } from '#ffi/kinds.ts'
import { mapMemory, unmap } from '#ffi/libc.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const owner = pretendedOwner()
const none = () => undefined

/** Gives a function an arena of its own, and a way to have it performed. */
function withArena(act: (arena: Arena, perform: () => void) => void): void {
  const memory = mapMemory(ARENA_SIZE)
  const arena = new Arena(memory)
  arena.reset()
  try {
    act(arena, () => {
      arena.seal()
      native.perform(arena.request, arena.reply)
    })
  } finally {
    unmap(memory)
  }
}

test('a batch is gone through in order, each result in its place', () => {
  withArena((arena, perform) => {
    for (const call of [getpid(), getppid(), getpid()]) arena.add(call, none)
    perform()
    expect([arena.done, arena.result(0), arena.result(1), arena.result(2)]).toEqual([
      3,
      process.pid,
      process.ppid,
      process.pid,
    ])
  })
})

test('a batch without entries is done at once', () => {
  withArena((arena, perform) => {
    perform()
    expect(arena.done).toBe(0)
  })
})

test('as many calls as fit are made in one go', () => {
  withArena((arena, perform) => {
    for (let i = 0; i < 255; i++) arena.add(getpid(), none)
    perform()
    expect([arena.done, arena.result(254)]).toEqual([255, process.pid])
  })
})

test('an argument can be the result of the first entry as well as of the one before, in any register', () => {
  withArena((arena, perform) => {
    const [first, second] = [owner.open('first'), owner.open('second')]
    arena.add(openat('cwd', '/proc', ['PATH', 'DIRECTORY']), none)
    arena.add(openat(first, 'self', ['PATH']), () => 0)
    // The number of the second copy, too, is a result: dup3(first, second).
    const both = syscall<[old: Fd, new: Fd], void>('dup3', [descriptor, descriptor, constant(0)], nothing)
    arena.add(both(first, second), (fd) => (fd === first ? 0 : 1))
    arena.add(close(first), () => 0)
    arena.add(close(second), () => 1)
    perform()
    expect(arena.done).toBe(5)
    expect([arena.result(2), arena.result(3), arena.result(4)]).toEqual([arena.result(1), 0, 0])
  })
})

test('a failure ends the batch, at the entry that failed', () => {
  withArena((arena, perform) => {
    arena.add(getpid(), none)
    arena.add(openat('cwd', '/nowhere', ['PATH']), none)
    arena.add(getpid(), none)
    perform()
    expect([arena.done, arena.result(1), arena.result(2)]).toEqual([2, -ERRNO.ENOENT, 0])
  })
})

test.each([
  ['the first', ['ENOENT'], 2],
  ['the second', ['EPERM', 'ENOENT'], 2],
  ['none', ['EPERM', 'EACCES'], 1],
] as const)('%s of the harmless errnos is the one', (_, errnos, done) => {
  withArena((arena, perform) => {
    arena.add(tolerating(openat('cwd', '/nowhere', ['PATH']), ...errnos), none)
    arena.add(getpid(), none)
    perform()
    expect(arena.done).toBe(done)
  })
})

test('what names a failed entry is skipped, and what names that one, too; others are made', () => {
  withArena((arena, perform) => {
    const fd = owner.open('fd')
    arena.add(tolerating(openat('cwd', '/nowhere', ['PATH']), 'ENOENT'), none)
    arena.add(openat(fd, 'below', ['PATH']), () => 0)
    arena.add(close(fd), () => 1)
    arena.add(getpid(), none)
    perform()
    expect([arena.done, arena.result(1), arena.result(2), arena.result(3)]).toEqual([4, SKIPPED, SKIPPED, process.pid])
  })
})

test.each([0, 1, 2, 3, 4, 5])('an entry whose argument %i names a failed entry is skipped', (register) => {
  withArena((arena, perform) => {
    const fd = owner.open('fd')
    const words = Array.from({ length: 6 }, (_, i) => hidden(() => (i === register ? fd : 0)))
    arena.add(tolerating(openat('cwd', '/nowhere', ['PATH']), 'ENOENT'), none)
    arena.add(syscall<[], void>('getpid', words, nothing)(), () => 0)
    perform()
    expect([arena.done, arena.result(1)]).toEqual([2, SKIPPED])
  })
})
