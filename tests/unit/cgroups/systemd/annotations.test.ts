// Properties of a unit that the annotations of a config name.
import { expect, test } from 'bun:test'

import { annotatedProperties, parseValue } from '#src/cgroups/systemd/annotations.ts'

test.each([
  ['true', { type: 'b', value: true }],
  [`'it\\'s'`, { type: 's', value: `it's` }],
  ['"a b"', { type: 's', value: 'a b' }],
  ['-7', { type: 'i', value: -7 }],
  ['1.5', { type: 'd', value: 1.5 }],
  ['uint32 7', { type: 'u', value: 7 }],
  ['uint64 18446744073709551615', { type: 't', value: 2n ** 64n - 1n }],
  ['int64 -1', { type: 'x', value: -1n }],
  [`['a', "b,c"]`, { type: 'as', value: ['a', 'b,c'] }],
  ['@as []', { type: 'as', value: [] }],
])('%s is a value', (text, value) => expect<unknown>(parseValue(text)).toEqual(value))

test.each([
  '',
  'word',
  '2147483648',
  'uint32 -1',
  'uint64 18446744073709551616',
  'toString 1',
  `'a`,
  `'a' 'b'`,
  `['a' 'b']`,
  '[1]',
])('%p is none', (text) => expect(parseValue(text)).toBeUndefined())

test('a duration in seconds is one in microseconds, and other annotations are none of ours', () => {
  expect(
    annotatedProperties({
      'org.systemd.property.TimeoutStopSec': '1.5',
      'org.systemd.property.RuntimeMaxUSec': 'uint64 7',
      'org.other': '1',
    }),
  ).toEqual([
    { name: 'TimeoutStopUSec', type: 't', value: 1_500_000n },
    { name: 'RuntimeMaxUSec', type: 't', value: 7n },
  ])
})

test('an annotation that cannot be read is refused by name', () => {
  expect(() => annotatedProperties({ 'org.systemd.property.A': 'x' })).toThrow(
    '"org.systemd.property.A" has the value "x"',
  )
  expect(() => annotatedProperties({ 'org.systemd.property.a-b': '1' })).toThrow('names no property')
})
