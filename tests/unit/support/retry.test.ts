// Who gets a second try, and that it is told.

import { expect, test } from 'bun:test'

import type { Case } from '#tests/support/junit.ts'
import { deservesAnother, settled } from '#tests/support/retry.ts'
import { SUITES } from '#tests/support/suites.ts'
import { failuresOf, summary } from '#tests/support/summary.ts'

const verdict = (outcome: Case['outcome'], name = 'runc: exec', faults: string[] = []) => ({
  cases: [{ name, outcome }],
  faults,
  figures: [],
})
const PEERS = SUITES.container.again

test('a failed test of a peer gets a second try', () => {
  expect(deservesAnother(verdict('failed'), PEERS)).toBe(true)
})

test('a test of bunc gets none, and takes it from the others of its file', () => {
  expect(deservesAnother(verdict('failed', 'bunc: exec'), PEERS)).toBe(false)
  const both = [...verdict('failed').cases, ...verdict('failed', 'bunc: exec').cases]
  expect(deservesAnother({ cases: both, faults: [], figures: [] }, PEERS)).toBe(false)
})

test('where nothing failed, the file hung, or the suite has no second try, there is none', () => {
  expect(deservesAnother(verdict('passed'), PEERS)).toBe(false)
  expect(deservesAnother(verdict('failed', 'runc: exec', ['killed after 300 s']), PEERS)).toBe(false)
  expect(deservesAnother(verdict('failed'), undefined)).toBe(false)
})

test('what passes then is well, and the summary names it', () => {
  const verdictNow = settled(verdict('failed'), verdict('passed'))
  const result = { suite: 'container', seconds: 1, ...verdictNow }
  expect(failuresOf(result)).toEqual([])
  expect(summary([result])).toEndWith('Failed once, passed at the second try:\n  container: runc: exec')
})

test('what fails twice has failed, and what failed only then as well', () => {
  for (const first of ['passed', 'failed'] as const) {
    const verdictNow = settled(verdict(first), verdict('failed'))
    expect(failuresOf({ suite: 'container', seconds: 1, ...verdictNow })).toEqual(['runc: exec'])
  }
})
