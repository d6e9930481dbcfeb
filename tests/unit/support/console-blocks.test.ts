// That a page is not believed too easily.

import { expect, test } from 'bun:test'

import { commandsOf, isShown } from '#tests/support/console-blocks.ts'

const PAGE = ['text', '```console', '$ one', 'a', 'b', '$ two', '```', '```sh', '$ no', '```', ''].join('\n')

test('the commands of a page are those of its console blocks, each with its output', () => {
  expect(commandsOf(PAGE)).toEqual([
    { command: 'one', output: ['a', 'b'] },
    { command: 'two', output: [] },
  ])
})

test('numbers, widths and the directory before the bundle may differ, words may not', () => {
  expect(isShown('first   77  /home/x/hello\n', ['first 9590 /tmp/hello'])).toBe(true)
  expect(isShown('second  77  /home/x/hello\n', ['first 9590 /tmp/hello'])).toBe(false)
})

test('a line more or less is seen, but where the page leaves lines out', () => {
  expect(isShown('a\nb\n', ['a'])).toBe(false)
  expect(isShown('', ['a'])).toBe(false)
  expect(isShown('a\n', [])).toBe(false)
  expect(isShown('x\na\nb\n', ['…', 'a', '…'])).toBe(true)
  expect(isShown('a\n', ['…', 'a', '…'])).toBe(true)
  expect(isShown('x\nb\n', ['…', 'a', '…'])).toBe(false)
})
