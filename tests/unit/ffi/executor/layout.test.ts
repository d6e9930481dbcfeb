// What must be true of the arena's layout for the program and for bunc to agree on it.

import { expect, test } from 'bun:test'

import { ENTRY, REPLY, REQUEST, SKIPPED, TASK_REPLY, TASK_REQUEST } from '#ffi/executor/layout.ts'

const PAGE = 4096
const LARGEST_ERRNO = 4095

test('an entry holds its fields without overlap', () => {
  const ends = [
    [ENTRY.number, 4],
    [ENTRY.tolerated, 4],
    [ENTRY.references, 6],
    [ENTRY.flags, 1],
    [ENTRY.args, 6 * 8],
  ] as const
  for (const [i, [at, size]] of ends.entries()) expect(at + size).toBeLessThanOrEqual(ends[i + 1]?.[0] ?? ENTRY.size)
})

test('entries are as large as a power of two, and their arguments lie at multiples of eight', () => {
  expect(Math.log2(ENTRY.size) % 1).toBe(0)
  expect([(REQUEST.entries + ENTRY.args) % 8, ENTRY.size % 8, REPLY.results % 8]).toEqual([0, 0, 0])
})

test('the head of an area, its entries and its space do not overlap', () => {
  const head = [REQUEST.turn, REQUEST.count, REQUEST.spins, REQUEST.last]
  expect(new Set(head.map((at) => at >> 2)).size).toBe(head.length)
  expect(Math.max(...head) + 4).toBeLessThanOrEqual(REQUEST.entries)
  expect(REQUEST.entries + REQUEST.capacity * ENTRY.size).toBeLessThanOrEqual(REQUEST.space)
  expect([REPLY.turn, REPLY.done].every((at) => at + 4 <= REPLY.results)).toBe(true)
  expect(REPLY.results + REQUEST.capacity * 8).toBeLessThanOrEqual(REPLY.space)
  expect([REQUEST.space % 8, REPLY.space % 8]).toEqual([0, 0])
})

test('the words that are slept on are the first of their areas, where the program looks for them', () => {
  expect([REQUEST.turn, REPLY.turn]).toEqual([0, 0])
})

test('every entry can be named in one byte, in which 0 is none', () => {
  expect(REQUEST.capacity).toBeLessThanOrEqual(255)
})

test('the offsets of the results fit into an instruction of either architecture', () => {
  expect(REPLY.results - 8).toBeGreaterThanOrEqual(0)
  expect(REQUEST.entries).toBeLessThanOrEqual(4095)
})

test('areas are pages that a task can map where nothing else lies', () => {
  expect([REQUEST.size % PAGE, REPLY.size % PAGE, TASK_REQUEST % PAGE, TASK_REPLY % PAGE]).toEqual([0, 0, 0, 0])
  expect(TASK_REQUEST + REQUEST.size).toBeLessThanOrEqual(TASK_REPLY)
  // Below 2 GiB, so that the program can write both addresses as constants; above where its own file is mapped.
  expect(TASK_REPLY + REPLY.size).toBeLessThan(2 ** 31)
  expect(TASK_REQUEST).toBeGreaterThan(0x40_0000 + PAGE)
})

test('an entry that was not made cannot be taken for one that failed', () => {
  expect(SKIPPED).toBeLessThan(-LARGEST_ERRNO)
})
