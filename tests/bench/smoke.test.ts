// The benchmark works, and no command costs more calls than its budget. Looks at no times: they are for people to judge.

import { beforeAll, expect, test as pure } from 'bun:test'
import { join } from 'node:path'

import { lacks, needs } from '#tests/support/needs.ts'
import { BUDGET } from './budget.ts'
import type { Counts } from './counts.ts'
import { MEASURES } from './memory.ts'
import { type Report, reportText } from './report.ts'
import { figuresOf, quantile } from './statistics.ts'
import { TIMINGS } from './timings.ts'

const NEEDED = ['root', 'bunc', 'runc', 'crun', 'busybox'] as const
const { test } = needs(...NEEDED)
const LIMIT = 120_000

let report: Report

beforeAll(() => {
  if (lacks(NEEDED) !== undefined) return
  const argv = [process.execPath, join(import.meta.dir, 'run.ts'), '--runs', '2', '--json']
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { timeout: LIMIT, killSignal: 'SIGKILL' })
  expect({ exitCode, complaint: stderr.toString() }).toEqual({ exitCode: 0, complaint: '' })
  report = JSON.parse(stdout.toString())
}, LIMIT)

test('the benchmark has a figure of every runtime in every row, that of strace only where it is installed', () => {
  const names = [...TIMINGS.map(({ name }) => `${name}, ms`), ...MEASURES.map(({ name }) => name)]
  expect(report.rows.map(({ name }) => name)).toEqual(names)
  for (const { name, figures } of report.rows)
    for (const runtime of ['bunc', 'runc', 'crun'] as const)
      if (!name.includes('strace') || Bun.which('strace') !== null)
        expect(`${name}: ${runtime} ${(figures[runtime]?.median ?? 0) > 0}`).toBe(`${name}: ${runtime} true`)
})

test('the table has a line for each row, with as many cells as the first', () => {
  const lines = reportText(report).split('\n')
  const cells = (text: string) => text.trim().split(/ {2,}/).length
  for (const { name } of report.rows) {
    const line = lines.find((text) => text.startsWith(`${name}  `)) ?? ''
    expect(`${name}: ${cells(line)}`).toBe(`${name}: ${1 + 3 + 2}`)
  }
})

test('no command makes more round trips or system calls than its budget', () => {
  expect(Object.keys(report.counts)).toEqual(Object.keys(BUDGET))
  expect(excesses(report.counts)).toEqual([])
  expect(report.counts['create']?.roundTrips).toBeGreaterThan(0)
})

pure('a count above its budget is named', () => {
  expect(excesses({ ...BUDGET, start: { ...BUDGET.start, roundTrips: 1 } })).toEqual(['start: roundTrips is 1, not 0'])
})

pure('what a runtime could not answer is a dash, and has no ratio', () => {
  const rows = [{ name: 'state, ms', figures: { bunc: figuresOf([1, 2, 3]) } }]
  const text = reportText({ heading: ['here'], runtimes: ['bunc', 'runc'], rows, counts: {} })
  expect(text.split('\n')[3]?.split(/ {2,}/)).toEqual(['state, ms', '2.0 (1.5 to 2.5)', '-', '-'])
})

pure('a quantile lies between two measurements by proportion', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((part) => quantile([40, 10, 20], part))).toEqual([10, 15, 20, 30, 40])
})

/** A line for each count that is higher than the budget allows. */
function excesses(counts: Readonly<Record<string, Counts>>): string[] {
  return Object.entries(BUDGET).flatMap(([command, most]) =>
    (['roundTrips', 'inTasks', 'here'] as const).flatMap((kind) => {
      const count = counts[command]?.[kind] ?? Number.NaN
      return count <= most[kind] ? [] : [`${command}: ${kind} is ${count}, not ${most[kind]}`]
    }),
  )
}
