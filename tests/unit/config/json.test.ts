/** JSON in, values out: what is kept exactly, what is taken for absent, and what a syntax error says. */

import { expect, test } from 'bun:test'
import { parseJson, parseJsonExactly } from '#src/config/json.ts'

test('parseJson() gives what JSON.parse gives', () => {
  expect(parseJson('{"a":[1,null,"x"]}', 'f')).toEqual({ a: [1, null, 'x'] })
})

test('parseJsonExactly() keeps integers that a double cannot hold', () => {
  const text = '{"a":18446744073709551615,"b":[-9223372036854775808,9007199254740991,9007199254740993]}'
  expect(parseJsonExactly(text, 'f')).toEqual({
    a: 18446744073709551615n,
    b: [-9223372036854775808n, 9007199254740991, 9007199254740993n],
  })
})

test('parseJsonExactly() leaves alone what is no integer, or one that nobody can mean', () => {
  const long = '9'.repeat(41)
  expect(parseJsonExactly(`[1.5,1e300,"18446744073709551615",${long}]`, 'f')).toEqual([
    1.5,
    1e300,
    '18446744073709551615',
    Number(long),
  ])
})

test('parseJsonExactly() drops members that are null and keeps the places of a list', () => {
  expect(parseJsonExactly('{"a":null,"b":{"c":null},"d":[null,1]}', 'f')).toEqual({ b: {}, d: [null, 1] })
  expect(parseJsonExactly('null', 'f')).toBeNull()
})

test('a syntax error names the file, the line and the column', () => {
  const text = '{\n  "root": {\n    "path": rootfs\n  }\n}'
  for (const parse of [parseJson, parseJsonExactly])
    expect(() => parse(text, 'config.json')).toThrow(
      new Error('Cannot use config.json: line 3, column 13: expected a value but found "r"'),
    )
})

test('nesting without end is an error like any other', () => {
  expect(() => parseJson('['.repeat(3_000_000), 'config.json')).toThrow(
    'Cannot use config.json: line 1, column 3000001: expected a value or "]" but found the end of the file',
  )
})

test('what is nested too deeply is said to be so', () => {
  const depth = 200_000
  expect(() => parseJsonExactly(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, 'f')).toThrow(
    'it is nested too deeply',
  )
})
