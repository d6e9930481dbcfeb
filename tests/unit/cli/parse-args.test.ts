// How words are split into flags and the rest, with nothing known of commands.

import { describe, expect, test } from 'bun:test'
import { parseArgs } from '#src/cli/parse-args.ts'

function split(line: string, stopEarly = false): Record<string, unknown> {
  return parseArgs(line.split(' ').filter(Boolean), {
    boolean: ['on'],
    string: ['text'],
    collect: ['many'],
    alias: { o: 'on', t: 'text', m: 'many' },
    stopEarly,
    unknown: (word) => {
      throw new Error(`unknown ${word}`)
    },
    missing: (word) => {
      throw new Error(`missing ${word}`)
    },
  })
}

type Case = readonly [line: string, stopEarly: boolean, expected: Record<string, unknown>]

const cases: readonly Case[] = [
  ['', false, { _: [] }],
  ['a b', false, { _: ['a', 'b'] }],
  ['-', false, { _: ['-'] }],
  ['--on', false, { on: 'true', _: [] }],
  ['-o a', false, { on: 'true', _: ['a'] }],
  ['--on=no a', false, { on: 'no', _: ['a'] }],
  ['--on=', false, { on: '', _: [] }],
  ['--text x', false, { text: 'x', _: [] }],
  ['-t=x=y', false, { text: 'x=y', _: [] }],
  ['--text=', false, { text: '', _: [] }],
  ['--text -', false, { text: '-', _: [] }],
  ['--text -- a', false, { text: '--', _: ['a'] }],
  ['--text a --text b', false, { text: 'b', _: [] }],
  ['--many a b -m=c', false, { many: ['a', 'c'], _: ['b'] }],
  ['a --on b', false, { on: 'true', _: ['a', 'b'] }],
  ['a -- --on b', false, { _: ['a', '--on', 'b'] }],
  ['-- -- a', false, { _: ['--', 'a'] }],
  ['--on a --on', true, { on: 'true', _: ['a', '--on'] }],
  ['a -- --unknown', true, { _: ['a', '--', '--unknown'] }],
  ['-- --on a', true, { _: ['--on', 'a'] }],
]

describe('parseArgs()', () => {
  for (const [line, stopEarly, expected] of cases) {
    test(`splits "${line}"${stopEarly ? ' up to the first word that is no flag' : ''}`, () => {
      expect(split(line, stopEarly)).toEqual(expected)
    })
  }

  test('reports an unknown flag as it was written, without its value', () => {
    expect(() => split('--bad=x')).toThrow(/^unknown --bad$/)
    expect(() => split('-ot x')).toThrow(/^unknown -ot$/)
  })

  test('reports a flag whose value is missing', () => {
    expect(() => split('a --text')).toThrow(/^missing --text$/)
    expect(() => split('-m')).toThrow(/^missing -m$/)
  })

  test('takes names of Object.prototype for the unknown flags that they are', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(() => split(`--${name}`)).toThrow(`unknown --${name}`)
    }
  })
})
