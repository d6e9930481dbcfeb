// Lists of CPUs and nodes as bits.

import { expect, test } from 'bun:test'

import { bitmap } from '#src/process/bitmap.ts'

test('a list of numbers and ranges is a bit for each, in whole words', () => {
  expect(bitmap('0-3,7')).toEqual(new Uint8Array([0x8f, 0, 0, 0, 0, 0, 0, 0]))
  expect(bitmap(' 9 , 64-65')).toEqual(new Uint8Array([0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]))
  expect(bitmap('63')).toHaveLength(8)
})

test('an empty list has no bits', () => {
  expect(bitmap('')).toHaveLength(0)
})

test('a number that no kernel knows is refused before it costs memory', () => {
  expect(() => bitmap('0-9999999')).toThrow('9999999 is more than 65535')
  expect(bitmap('65535')).toHaveLength(8192)
})
