/** How rules are run over a document and over its parts. */

import { expect, test } from 'bun:test'
import { each, eachKey, problem, rulesOf, rulesWithin, type Rule } from '#src/config/rule.ts'

type Part = { readonly a: number; readonly b: readonly string[] }

const always = (reads: readonly string[]): Rule<Part> => ({
  name: 'nothing is ever right',
  spec: 'config.md#x',
  reads,
  check: () => problem(['b', 0], 'is wrong'),
})

const whole = { part: { a: 1, b: ['x'] } }

test('a breach carries the section of the specification and the path in the whole document', () => {
  const rules = rulesWithin('linux.part', ({ part }: typeof whole) => part, [always(['a'])])
  expect(rules(whole, [])).toEqual([{ path: 'linux.part.b[0]', message: 'is wrong', spec: 'config.md#x' }])
})

test('a part that is absent breaks no rule', () => {
  const rules = rulesWithin('part', (): Part | undefined => undefined, [always(['a'])])
  expect(rules({}, [])).toEqual([])
})

test('a rule is left out where what it reads, a part of it or what it is in is malformed', () => {
  const rules = rulesWithin('part', ({ part }: typeof whole) => part, [always(['a', 'b'])])
  for (const path of ['part', 'part.a', 'part.b', 'part.b[0]', 'part.a.c']) expect(rules(whole, [path])).toEqual([])
  for (const path of ['par', 'part.ab', 'other', 'part.c']) expect(rules(whole, [path])).toHaveLength(1)
})

test('rulesOf() runs rules of a whole document under the paths that they give', () => {
  expect(rulesOf([always(['a']), always(['b'])])(whole.part, ['b'])).toEqual([
    { path: 'b[0]', message: 'is wrong', spec: 'config.md#x' },
  ])
})

test('each() and eachKey() collect what is wrong with the entries, in order', () => {
  expect(each(['a', 'b', 'c'], (entry, index) => (entry === 'b' ? [] : problem([index], entry)))).toEqual([
    { path: '[0]', message: 'a' },
    { path: '[2]', message: 'c' },
  ])
  expect(eachKey({ x: 1, y: 2 }, (key, entry) => (entry === 1 ? [] : problem([key], 'is 2')))).toEqual([
    { path: 'y', message: 'is 2' },
  ])
})
