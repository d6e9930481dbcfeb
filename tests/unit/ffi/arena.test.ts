// What an arena makes of calls: registers, pointers, rooms and references, as the executor's program will read them.

import { expect, test } from 'bun:test'

import { ArenaFull } from '#ffi/arena.ts'
import { harmlessly, syscall, tolerating } from '#ffi/call.ts'
import { close } from '#ffi/calls/descriptor.ts'
import { openat, read } from '#ffi/calls/file.ts'
import { fork } from '#ffi/calls/process.ts'
import { getLimit } from '#ffi/calls/resource.ts'
import { ANY_ERRNO, FORK, REPLY, REQUEST } from '#ffi/executor/layout.ts'
import type { Fd } from '#ffi/fd.ts'
import { buffer, integer, nothing, text } from '#ffi/kinds.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { ADDRESS, encoded, pretendedArena, readEntry } from './encoded.ts'
import { pretendedOwner } from './pretended-owner.ts'

const number = syscall<[value: number | bigint], void>('exit_group', [integer], nothing)
const none = () => undefined
const owner = pretendedOwner()

test.each<[number | bigint, bigint]>([
  [0, 0n],
  [1, 1n],
  [-1, 0xffff_ffff_ffff_ffffn],
  [-100, 0xffff_ffff_ffff_ff9cn],
  [0x7fff_ffff, 0x7fff_ffffn],
  [0x8000_0000, 0x8000_0000n],
  [0xffff_ffff, 0xffff_ffffn],
  [2 ** 32, 0x1_0000_0000n],
  [-(2 ** 32), 0xffff_ffff_0000_0000n],
  [-(2 ** 32) - 1, 0xffff_fffe_ffff_ffffn],
  [Number.MAX_SAFE_INTEGER, 0x1f_ffff_ffff_ffffn],
  [0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn],
  [-1n, 0xffff_ffff_ffff_ffffn],
  [0x8000_0000_0000_0000n, 0x8000_0000_0000_0000n],
])('%p becomes 64 bits of two’s complement', (value, expected) => {
  expect(encoded(number(value)).args[0]).toBe(expected)
})

test('registers that a call does not use are zero, whatever stood there before', () => {
  const { arena, view } = pretendedArena()
  arena.add(openat('cwd', '/etc', ['RDONLY'], 0o777), none)
  arena.reset()
  const index = arena.add(number(7), none)
  expect(readEntry(view, index).args).toEqual([7n, 0n, 0n, 0n, 0n, 0n])
})

test('a fork stays what it is until there is another batch: who has forked may look at it last', () => {
  const { arena, view } = pretendedArena()
  arena.add(number(1), none)
  const index = arena.add(fork(), none)
  arena.reset()
  expect(readEntry(view, index).flags).toBe(FORK)
  arena.add(number(2), none)
  expect(readEntry(view, index).flags).toBe(0)
})

test('text is UTF-8 and ends with NUL', () => {
  const { args, bytes } = encoded(openat('cwd', '/ä€😀', ['RDONLY']))
  expect(bytes(1, 11)).toEqual(new Uint8Array([0x2f, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0]))
  expect(args[1]).toBe(BigInt(ADDRESS + REQUEST.space))
})

test('text after text lies at a multiple of eight, also when old bytes lie there', () => {
  const { arena, view } = pretendedArena()
  const both = syscall<[one: string, two: string], void>('chdir', [text, text], nothing)
  arena.add(both('a long text that fills the place', 'x'), none)
  arena.reset()
  const index = arena.add(both('short', 'y'), none)
  const entry = readEntry(view, index)
  expect(entry.text(0)).toBe('short')
  expect(entry.text(1)).toBe('y')
  expect(entry.args.slice(0, 2).map((address) => address % 8n)).toEqual([0n, 0n])
})

test('text with NUL is refused: the kernel would see what stands before it', () => {
  const { arena } = pretendedArena()
  expect(() => arena.add(openat('cwd', '/a\0b', ['RDONLY']), none)).toThrow(
    new RangeError('Cannot pass "/a\\u0000b" to the kernel: it contains NUL'),
  )
  expect(arena.count).toBe(0)
})

test('a call that does not fit adds nothing, and leaves the room to others', () => {
  const { arena, view } = pretendedArena()
  const half = 'x'.repeat(REQUEST.size / 6)
  arena.add(openat('cwd', half, ['RDONLY']), none)
  arena.add(openat('cwd', half, ['RDONLY']), none)
  for (let i = 0; i < 3; i++)
    expect(() => arena.add(openat('cwd', 'y'.repeat(REQUEST.size / 3), ['RDONLY']), none)).toThrow(ArenaFull)
  expect(arena.count).toBe(2)
  const index = arena.add(openat('cwd', 'small', ['RDONLY']), none)
  expect(index).toBe(2)
  expect(readEntry(view, 2).text(1)).toBe('small')
  expect(readEntry(view, 1).text(1)).toBe(half)
})

test('bytes that fill the request area to its end still fit, and not one more', () => {
  const { arena } = pretendedArena()
  const space = REQUEST.size - REQUEST.space
  expect(arena.bytes(new Uint8Array(space))).toBe(ADDRESS + REQUEST.space)
  arena.reset()
  expect(() => arena.bytes(new Uint8Array(space + 1))).toThrow(ArenaFull)
})

test('a room beyond the reply area is refused, and rooms made for the same call are given back', () => {
  const { arena } = pretendedArena()
  const two = syscall<[one: number, two: number], void>('read', [buffer, buffer], nothing)
  expect(() => arena.add(two(REPLY.size / 2, REPLY.size / 2), none)).toThrow(ArenaFull)
  arena.add(two(8, REPLY.size / 2), none)
  expect(arena.rooms[0]).toEqual({
    offset: REPLY.space,
    size: 8,
    counted: true,
  })
})

test('there is an end to how many calls a batch can have', () => {
  const { arena } = pretendedArena()
  for (let i = 0; i < REQUEST.capacity; i++) expect(arena.add(number(i), none)).toBe(i)
  expect(() => arena.add(number(0), none)).toThrow(ArenaFull)
  arena.reset()
  expect(arena.add(number(0), none)).toBe(0)
})

test('rooms are zeroed, or hold what the call says: the kernel does not always write all of one', () => {
  const { arena, view } = pretendedArena()
  new Uint8Array(view.buffer).fill(0xaa, REQUEST.size + REPLY.space, REQUEST.size + REPLY.space + 64)
  arena.add(getLimit(1, 'RLIMIT_NOFILE'), none)
  const { rooms } = arena
  expect(rooms.map((each) => new Uint8Array(arena.read(each, 0).buffer))).toEqual([new Uint8Array(16)])
  arena.reset()
  expect(arena.room(4, new Uint8Array([1, 2]))).toBe(ADDRESS + REQUEST.size + REPLY.space)
  expect(new Uint8Array(arena.read({ offset: REPLY.space, size: 4, counted: false }, 0).buffer)).toEqual(
    new Uint8Array([1, 2, 0, 0]),
  )
})

test('of a room whose bytes are counted by the call so many are read, and never more than it has', () => {
  const { arena } = pretendedArena()
  arena.add(read(owner.open('file', 3), 16), none)
  const { rooms } = arena
  const sizes = (raw: number) => rooms.map((each) => arena.read(each, raw).byteLength)
  expect(sizes(3)).toEqual([3])
  expect(sizes(0)).toEqual([0])
  expect(sizes(2 ** 40)).toEqual([16])
})

test('what is read from a room is a copy', () => {
  const { arena, view } = pretendedArena()
  const copy = arena.read({ offset: REPLY.space, size: 4, counted: false }, 0)
  view.setUint32(REQUEST.size + REPLY.space, 7, true)
  expect(copy.getUint32(0, true)).toBe(0)
})

test.each([
  [0n, 0],
  [1n, 1],
  [0xffff_ffff_ffff_fff2n, -14],
  [0xffff_ffff_ffff_f000n, -4096],
  [0x1_0000_0001n, 4294967297],
  [0xffff_ffffn, 4294967295],
])('a result of %p is read as %p', (raw, expected) => {
  const { arena, view } = pretendedArena()
  view.setBigUint64(REQUEST.size + REPLY.results + 8 * 3, raw, true)
  expect(arena.result(3)).toBe(expected)
})

test('a task cannot claim to have gone through more entries than there are', () => {
  const { arena, view } = pretendedArena()
  arena.add(number(1), none)
  view.setUint32(REQUEST.size + REPLY.done, 4000, true)
  expect(arena.done).toBe(1)
  arena.reset()
  expect(arena.done).toBe(0)
})

test('the count is told only when the batch is complete', () => {
  const { arena, view } = pretendedArena()
  arena.add(number(1), none)
  expect(view.getUint32(REQUEST.count, true)).toBe(0)
  arena.seal()
  expect(view.getUint32(REQUEST.count, true)).toBe(1)
})

test('the last batch says which entry opens the file that is told of a failure', () => {
  const { arena, view } = pretendedArena()
  for (let i = 0; i < 3; i++) arena.add(number(i), none)
  arena.seal()
  expect(view.getUint32(REQUEST.last, true)).toBe(0)
  arena.sealLast(2)
  expect(view.getUint32(REQUEST.last, true)).toBe(3)
  expect(view.getUint32(REQUEST.count, true)).toBe(3)
})

test('a descriptor of the batch is named by its entry, counted from 1, and another one by its number', () => {
  const known = encoded(close(owner.open('known', 9)))
  expect([known.args[0], known.references]).toEqual([9n, [0, 0, 0, 0, 0, 0]])
  const named = encoded(close(owner.open('named')), () => 254)
  expect([named.args[0], named.references]).toEqual([0n, [255, 0, 0, 0, 0, 0]])
})

const holding = syscall<[fd: Fd], void>(
  'close',
  [{ encode: (fd: Fd, memory) => memory.descriptor(fd), show: String }],
  nothing,
)

test('a structure that holds a descriptor of the same batch must wait for the next one', () => {
  const { arena } = pretendedArena()
  expect(() => arena.add(holding(owner.open('queued')), () => 0)).toThrow(ArenaFull)
})

test('a structure that holds a descriptor of another process is refused like an argument would be', () => {
  const { arena } = pretendedArena()
  const foreign = owner.open('foreign', 5)
  const refuse = () => {
    throw new RangeError('Descriptor of another process')
  }
  expect(() => arena.add(holding(foreign), refuse)).toThrow('Descriptor of another process')
})

test('harmless errnos stand in the entry: none, one, two, all', () => {
  const call = openat('cwd', '/', ['RDONLY'])
  expect(encoded(call).tolerated).toEqual([0, 0])
  expect(encoded(tolerating(call, 'ENOENT')).tolerated).toEqual([ERRNO.ENOENT, 0])
  expect(encoded(tolerating(call, 'ENOENT', 'ENOTDIR')).tolerated).toEqual([ERRNO.ENOENT, ERRNO.ENOTDIR])
  expect(encoded(harmlessly(call)).tolerated).toEqual([ANY_ERRNO, 0])
})

test('a third harmless errno has no room and is refused', () => {
  const call = tolerating(openat('cwd', '/', ['RDONLY']), 'ENOENT', 'ENOTDIR', 'ELOOP')
  expect(() => encoded(call)).toThrow('An entry has room for two harmless errnos, openat names more')
})

test('a fork is flagged, and the kernel writes its pid where its result is', () => {
  const { arena, view } = pretendedArena()
  arena.add(number(1), none)
  new Uint8Array(view.buffer).fill(0xff, REQUEST.size + REPLY.results, REQUEST.size + REPLY.results + 16)
  const index = arena.add(fork(), none)
  const { flags, args } = readEntry(view, index)
  expect(flags).toBe(FORK)
  expect(args[2]).toBe(BigInt(ADDRESS + REQUEST.size + REPLY.results + 8 * index))
  expect(arena.result(index)).toBe(0)
})

test('addresses are those of the process that makes the calls', () => {
  const { arena, view } = pretendedArena({ request: 0x1000, reply: 0x2000 })
  arena.add(read(owner.open('file', 3), 16), none)
  expect(readEntry(view, 0).args[1]).toBe(BigInt(0x2000 + REPLY.space))
  expect(arena.bytes(new Uint8Array(1))).toBe(0x1000 + REQUEST.space)
  expect([arena.request, arena.reply]).toEqual([ADDRESS, ADDRESS + REQUEST.size])
})

test('how long to spin is told in the request area', () => {
  const { arena, view } = pretendedArena()
  arena.spins = 17
  expect(view.getUint32(REQUEST.spins, true)).toBe(17)
})
