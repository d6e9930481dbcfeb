// JSON with bigints.
import { expect, test } from 'bun:test'

import { jsonText } from '#src/events/json-text.ts'

test('what JSON.stringify can write is written as it does', () => {
  for (const value of [0, 1.5, '"\n', true, null, [], {}, [1, [2]], { a: { 'b"': ['c'] } }])
    expect(jsonText(value)).toBe(JSON.stringify(value))
})

test('a bigint is a number with all of its digits', () => {
  expect(jsonText({ limit: (1n << 64n) - 1n })).toBe('{"limit":18446744073709551615}')
})

test('a field that is undefined is left out', () => {
  expect(jsonText({ a: undefined, b: [{ c: undefined }] })).toBe('{"b":[{}]}')
})
