// Lines and columns of help.

import { expect, test } from 'bun:test'
import { columns, wrap } from '#src/cli/layout.ts'

test('wrap() breaks at spaces and never within a word', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('one two three', 6)).toEqual(['one', 'two', 'three'])
  expect(wrap('extraordinary a', 5)).toEqual(['extraordinary', 'a'])
  expect(wrap('', 5)).toEqual([''])
})

test('columns() align the right side and put it below a left side that is too long', () => {
  const long = 'x'.repeat(29)
  expect(
    columns([
      ['a', 'first'],
      ['bbb', 'second'],
      [long, 'third'],
    ]),
  ).toEqual(['  a    first', '  bbb  second', `  ${long}`, '       third'])
})

test('columns() wrap the right side under itself', () => {
  const [first, second, third] = columns([['a', Array.from({ length: 40 }, () => 'word').join(' ')]])
  expect(first?.length).toBeLessThanOrEqual(80)
  expect(second?.startsWith('     word')).toBe(true)
  expect(third?.length).toBeLessThanOrEqual(80)
})

test('columns() of nothing are nothing', () => {
  expect(columns([])).toEqual([])
})
