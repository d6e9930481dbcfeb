// Ranges of ids: when they are covered by others.

import { expect, test } from 'bun:test'

import { covers, nameOf, ownRanges } from '#src/namespaces/id-ranges.ts'

test('a range is covered by one that holds it, or by several without a gap', () => {
  const ranges = [
    { first: 100, size: 10 },
    { first: 110, size: 10 },
    { first: 130, size: 10 },
  ]
  expect(covers(ranges, { first: 102, size: 3 })).toBe(true)
  expect(covers(ranges, { first: 105, size: 15 })).toBe(true)
  expect(covers(ranges, { first: 105, size: 16 })).toBe(false)
  expect(covers(ranges, { first: 99, size: 2 })).toBe(false)
  expect(covers([], { first: 0, size: 1 })).toBe(false)
})

test('the whole range of ids is one line of a map', () => {
  expect(ownRanges('         0          0 4294967295\n')).toEqual([{ first: 0, size: 4294967295 }])
  expect(ownRanges('')).toEqual([])
})

test('a user has the name of the first line with its number', () => {
  expect(nameOf('root:x:0:0::/:\ntoor:x:0:0::/:\n', 0)).toBe('root')
  expect(nameOf('root:x:0:0::/:\n', 7)).toBeUndefined()
})
