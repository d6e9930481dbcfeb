/** How values look inside an error. */

import { expect, test } from 'bun:test'
import { shown } from '#src/config/shown.ts'

test('shown() quotes strings on one line and cuts long ones', () => {
  expect(shown('a"b\n')).toBe('"a\\"b\\n"')
  expect(shown('x'.repeat(64))).toBe(`"${'x'.repeat(64)}"`)
  expect(shown('x'.repeat(65))).toBe(`"${'x'.repeat(64)}…"`)
})

test('shown() writes everything else as JSON has it, or names its kind', () => {
  expect([1, -0.5, 18446744073709551615n, true, null, [], {}].map(shown)).toEqual([
    '1',
    '-0.5',
    '18446744073709551615',
    'true',
    'null',
    'a list',
    'an object',
  ])
})
