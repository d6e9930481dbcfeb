// What counts as a failure of a suite, and what a person reads at the end.

import { expect, test } from 'bun:test'

import { failuresOf, summary } from '#tests/support/summary.ts'
import type { Result } from '#tests/support/summary.ts'

const passing: Result = {
  suite: 'unit',
  cases: [{ name: 'adds', outcome: 'passed' }],
  faults: [],
  figures: [],
  seconds: 1.25,
}

test('a suite whose tests pass has no failure', () => {
  expect(failuresOf(passing)).toEqual([])
})

test('a failed test is a failure by its name', () => {
  expect(failuresOf({ ...passing, cases: [{ name: 'adds', outcome: 'failed' }] })).toEqual(['adds'])
})

test('a suite that ran nothing fails', () => {
  expect(failuresOf({ ...passing, cases: [] })).toEqual(['no test was run'])
})

test('a test that is skipped without a reason fails', () => {
  const [line] = failuresOf({ ...passing, cases: [{ name: 'adds', outcome: 'skipped' }] })
  expect(line).toContain('adds: skipped without a reason')
})

test('a test that is skipped with a reason does not fail', () => {
  expect(failuresOf({ ...passing, cases: [{ name: 'a', outcome: 'skipped', reason: 'needs root' }] })).toEqual([])
})

test('a fault of a file is a failure, whatever its tests say', () => {
  expect(failuresOf({ ...passing, faults: ['x.test.ts: killed'] })).toEqual(['x.test.ts: killed'])
})

test('the summary counts, aligns, and gives each reason once', () => {
  const skip = { name: 'mounts', outcome: 'skipped', reason: 'needs root: the user is not root' } as const
  const container = {
    suite: 'container',
    cases: [skip, skip, { name: 'runs', outcome: 'failed' } as const],
    faults: [],
    figures: ['7 faults'],
    seconds: 12,
  }
  expect(summary([passing, container])).toBe(
    [
      'suite      passed  failed  skipped  seconds',
      'unit            1       0        0      1.3',
      'container       0       1        2     12.0',
      '',
      'Figures:',
      '  container: 7 faults',
      '',
      'Skipped:',
      '    2  container: needs root: the user is not root',
      '',
      'Failed:',
      '  container: runs',
    ].join('\n'),
  )
})
