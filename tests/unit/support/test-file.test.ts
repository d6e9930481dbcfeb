// What a file came to, from all that can be known about its process.

import { expect, test } from 'bun:test'

import { isFilter, judge } from '#tests/support/test-file.ts'

const passed = '<testcase name="a" classname="" />'
const silent = '<testcase name="b" classname=""><skipped /></testcase>'
const failed = '<testcase name="c" classname=""><failure /></testcase>'
const well = { code: 0, faults: [], output: '' }

test('a file whose tests pass has no fault', () => {
  expect(judge(passed, well, false)).toEqual({
    cases: [{ name: 'a', outcome: 'passed' }],
    faults: [],
    figures: [],
  })
})

test('a failed test explains the exit code', () => {
  expect(judge(failed, { ...well, code: 1 }, false).faults).toEqual([])
})

test('a file that cannot be loaded is a fault', () => {
  expect(judge('', { ...well, code: 1 }, false).faults).toEqual(['exit code 1, see its output'])
  expect(judge(passed, { ...well, code: 1 }, false).faults).toEqual(['exit code 1, see its output'])
})

test('the faults of the process come first and are enough', () => {
  expect(judge('', { ...well, code: 137, faults: ['killed'] }, false).faults).toEqual(['killed'])
})

test('a skipped test counts, unless a filter has left it out', () => {
  expect(judge(passed + silent, well, false).cases).toHaveLength(2)
  expect(judge(passed + silent, well, true).cases).toHaveLength(1)
})

test('a file in which a filter finds nothing is no fault, and no other error is hidden', () => {
  const output = 'bun test\nerror: regex "x" matched 0 tests. Searched 1 file'
  expect(judge(silent, { code: 1, faults: [], output }, true)).toEqual({ cases: [], faults: [], figures: [] })
  expect(judge(silent, { code: 1, faults: [], output }, false).faults).toHaveLength(1)
  expect(judge('', { code: 1, faults: [], output: 'error: load' }, true).faults).toHaveLength(1)
})

test('figures are the marked lines of the output, in their order', () => {
  const output = 'bun test\nfigure: 7 faults\nfigures: no\nfigure: 9 kills\n'
  expect(judge(passed, { ...well, output }, false).figures).toEqual(['7 faults', '9 kills'])
})

test('a filter is known by its option', () => {
  expect(isFilter(['-t', 'name'])).toBe(true)
  expect(isFilter(['--test-name-pattern=name'])).toBe(true)
  expect(isFilter(['--bail'])).toBe(false)
})
