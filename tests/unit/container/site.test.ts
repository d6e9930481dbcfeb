// Ids of a container as the host has them.

import { expect, test } from 'bun:test'

import { hostId } from '#src/container/site.ts'

const MAPPINGS = [
  { containerID: 0, hostID: 100_000, size: 1000 },
  { containerID: 5000, hostID: 7, size: 2 },
]

test.each([
  [0, 100_000],
  [999, 100_999],
  [1000, 1000],
  [4999, 4999],
  [5000, 7],
  [5001, 8],
  [5002, 5002],
])('%i is %i', (id, expected) => {
  expect(hostId(MAPPINGS, id)).toBe(expected)
})

test('without mappings an id is the same on the host', () => {
  expect(hostId([], 33)).toBe(33)
})
