/** Where JSON stops being JSON, checked against what JSON.parse thinks of the same text. */

import { expect, test } from 'bun:test'
import { locateFault } from '#src/config/json-fault.ts'
import { random } from '#tests/support/random.ts'

const FAULTS: readonly (readonly [text: string, fault: string])[] = [
  ['', 'line 1, column 1: expected a value but found the end of the file: it is empty'],
  ['{"a":}', 'line 1, column 6: expected a value but found "}"'],
  ['{"a":1,}', 'line 1, column 8: expected a key but found "}"'],
  ['[1,]', 'line 1, column 4: expected a value but found "]"'],
  ['[1 2]', 'line 1, column 4: expected "," or "]" but found "2"'],
  ['{"a" 1}', 'line 1, column 6: expected ":" but found "1"'],
  ['{a:1}', 'line 1, column 2: expected a key or "}" but found "a"'],
  ['{"a":1 "b":2}', 'line 1, column 8: expected "," or "}" but found a string'],
  ['{"a":01}', 'line 1, column 7: expected "," or "}" but found "1"'],
  ['[1]\n\n ]', 'line 3, column 2: expected the end but found "]"'],
  [
    '["a\nb"]',
    'line 1, column 2: expected a value or "]" but found a string that does not end or has an invalid character',
  ],
  [
    '{"a":"\\x"}',
    'line 1, column 6: expected a value but found a string that does not end or has an invalid character',
  ],
  ["{'a':1}", 'line 1, column 2: expected a key or "}" but found "\'"'],
  ['{"a":1, // why\n"b":2}', 'line 1, column 9: expected a key but found "/": JSON has no comments'],
  ['{"a":{"b":[1,{"c":2}}}', 'line 1, column 21: expected "," or "]" but found "}"'],
  ['a: 1\n', 'line 1, column 1: expected a value but found "a": it must be JSON, and YAML is none'],
  ['{ # why\n}', 'line 1, column 3: expected a key or "}" but found "#": JSON has no comments'],
  ['\ufffd{\0', 'line 1, column 1: expected a value but found "\ufffd": it must be UTF-8'],
]

for (const [text, fault] of FAULTS)
  test(`${JSON.stringify(text)} breaks at ${fault}`, () => {
    expect(locateFault(text)).toBe(fault)
  })

test('a fault is found exactly in the texts that JSON.parse refuses', () => {
  const next = random(20_260_101)
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"\\',
    '1',
    '-0.5e3',
    '-',
    '.',
    'true',
    'false',
    'null',
    'nul',
    ' ',
    '\n',
    '"',
  ]
  let good = 0
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + next(7) }, () => pieces[next(pieces.length)]).join('')
    const parses = isJson(text)
    if (parses) good++
    expect([text, locateFault(text) === undefined]).toEqual([text, parses])
  }
  expect(good).toBeGreaterThan(100)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
