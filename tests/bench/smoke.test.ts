// The benchmark works, and no command costs more calls than its budget. Looks at no times: they are for people to judge.

import { beforeAll, expect, test as pure } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { libseccompTest } from '#tests/support/libseccomp.ts'
import { lacks, needs } from '#tests/support/needs.ts'
import { BUDGET, FILTER_BUDGET, MODULE_BUDGET } from './budget.ts'
import type { Counts } from './counts.ts'
import { filterCosts, FREQUENT } from './filters.ts'
import { countModules } from './modules.ts'
import { MEASURES } from './memory.ts'
import { type Report, reportText } from './report.ts'
import { figuresOf, quantile } from './statistics.ts'
import { TIMINGS } from './timings.ts'

const NEEDED = ['root', 'bunc', 'runc', 'crun', 'busybox'] as const
const { test } = needs(...NEEDED)
const LIMIT = 300_000
/** The rows of the first table. */
const ROWS = [...TIMINGS.map(({ name }) => `${name}, ms`), ...MEASURES.map(({ name }) => name)]

let report: Report

/** What the benchmark reports. */
function measured(...flags: readonly string[]): Report {
  const argv = [process.execPath, join(import.meta.dir, 'run.ts'), '--runs', '2', '--json', ...flags]
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { timeout: LIMIT, killSignal: 'SIGKILL' })
  expect({ exitCode, complaint: stderr.toString() }).toEqual({ exitCode: 0, complaint: '' })
  return JSON.parse(stdout.toString())
}

beforeAll(() => {
  if (lacks(NEEDED) === undefined) report = measured()
}, LIMIT)

test('the benchmark has a figure of every runtime in every row, that of strace only where it is installed', () => {
  expect(report.rows.map(({ name }) => name)).toEqual(ROWS)
  for (const { name, figures } of report.rows)
    for (const runtime of ['bunc', 'runc', 'crun'] as const)
      if (!name.includes('strace') || Bun.which('strace') !== null)
        expect(`${name}: ${runtime} ${(figures[runtime]?.median ?? 0) > 0}`).toBe(`${name}: ${runtime} true`)
})

needs(...NEEDED, 'mmdebstrap').test(
  'the newest peers of Debian are measured where the host has older ones',
  () => {
    const newest = measured('--newest')
    expect(newest.heading).toContain('runc and crun of Debian unstable, in a root directory of their own')
    expect(newest.rows.map(({ name }) => name)).toEqual(ROWS)
    const version = ({ heading }: Report) => /runc (\d+\.\d+\.\d+)/.exec(heading[0] ?? '')?.[1] ?? ''
    expect(Bun.semver.order(version(newest), version(report))).not.toBe(-1)
  },
  LIMIT,
)

test('the table has a line for each row, with as many cells as the first', () => {
  const lines = reportText(report).split('\n')
  const cells = (text: string) => text.trim().split(/ {2,}/).length
  for (const { name } of report.rows) {
    const line = lines.find((text) => text.startsWith(`${name}  `)) ?? ''
    expect(`${name}: ${cells(line)}`).toBe(`${name}: ${1 + 3 + 2}`)
  }
})

// What "npm run bench" printed on a day stands in a page; the next day it is history, but its rows are those of today.
pure('docs/benchmarks.md has three dated runs, with every row', () => {
  const text = readFileSync(join(import.meta.dir, '../../docs/benchmarks.md'), 'utf8')
  const runs = [...text.matchAll(/^```text\n(\d{4}-\d\d-\d\d: bunc [^]*?)^```$/gm)].map(([, run = '']) => run)
  expect(runs).toHaveLength(3)
  const missing = runs.flatMap((run) =>
    [...ROWS, ...Object.keys(BUDGET)].filter((name) => !run.includes(`\n${name}  `)),
  )
  expect(missing).toEqual([])
})

test('no command makes more round trips or system calls than its budget', () => {
  expect(Object.keys(report.counts)).toEqual(Object.keys(BUDGET))
  expect(excesses(report.counts)).toEqual([])
  expect(report.counts['create']?.roundTrips).toBeGreaterThan(0)
})

test('what grows with a config is measured for every runtime, and costs calls in proportion', () => {
  const callsOf = (name: string) => report.growth.find((line) => line.name === name)?.counts?.inTasks ?? 0
  for (const { name, times } of report.growth) expect(`${name}: ${typeof times[0]}`).toBe(`${name}: number`)
  const [ten, hundred, thousand] = ['10 mounts', '100 mounts', '1000 mounts'].map(callsOf)
  expect(((thousand ?? 0) - (hundred ?? 0)) / ((hundred ?? 0) - (ten ?? 0))).toBeCloseTo(10, 0)
  // However many they are, variables are one argument of execve(2) and rules one filter.
  expect(callsOf('1000 variables')).toBe(callsOf('10 variables'))
  expect(callsOf('1000 seccomp rules')).toBe(callsOf('10 seccomp rules'))
})

pure('no more modules are evaluated at the start than the budget', () => {
  const counts = countModules()
  expect(counts.always).toBeGreaterThan(10)
  const excess = Object.entries(MODULE_BUDGET).filter(
    ([name, most]) => (Object.entries(counts).find(([entry]) => entry === name)?.[1] ?? 0) > most,
  )
  expect(excess.map(([name]) => `${name}: ${JSON.stringify(counts)}`)).toEqual([])
})

pure('a count above its budget is named', () => {
  expect(excesses({ ...BUDGET, start: { ...BUDGET.start, roundTrips: 1 } })).toEqual(['start: roundTrips is 1, not 0'])
})

pure('frequent calls cost no more instructions than the budget, and none that the kernel cannot do without', () => {
  const costs = filterCosts()
  expect(costs.map(({ call }) => call)).toEqual([...FREQUENT])
  expect(costs).toHaveLength(20)
  expect(costs.reduce((sum, { bunc }) => sum + bunc, 0)).toBeLessThanOrEqual(FILTER_BUDGET[process.arch] ?? 0)
  expect(costs.flatMap(({ call, remembered }) => (remembered ? [] : [call]))).toEqual([])
})

libseccompTest('frequent calls cost at most what they do in libseccomp', () => {
  const costs = filterCosts()
  expect(costs.flatMap(({ call, bunc, tree = 0 }) => (bunc > tree ? [call] : []))).toEqual([])
  expect(costs.flatMap(({ call, bunc, chain = 0 }) => (bunc > chain ? [call] : []))).toEqual([])
  const all = (of: 'bunc' | 'chain') => costs.reduce((sum, cost) => sum + (cost[of] ?? 0), 0)
  expect(all('bunc') * 4).toBeLessThan(all('chain'))
})

pure('the filters have a line for each call, and one for all', () => {
  const filters = [
    { call: 'read', bunc: 8, tree: 12, remembered: true },
    { call: 'clone', bunc: 12, tree: 21, remembered: false },
  ]
  const text = reportText({ heading: [], runtimes: [], rows: [], counts: {}, filters, growth: [], modules: {} })
  const lines = text.split('\n').slice(-3)
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['read', '8', '12', '-', '0'],
    ['clone', '12', '21', '-', '12'],
    ['all of them', '20', '33', '-', '-'],
  ])
})

pure('what a runtime could not answer is a dash, and has no ratio', () => {
  const rows = [{ name: 'state, ms', figures: { bunc: figuresOf([1, 2, 3]) } }]
  const text = reportText({
    heading: ['here'],
    runtimes: ['bunc', 'runc'],
    rows,
    counts: {},
    filters: [],
    growth: [],
    modules: {},
  })
  expect(text.split('\n')[3]?.split(/ {2,}/)).toEqual(['state, ms', '2.0 (1.5 to 2.5)', '-', '-'])
})

pure('a quantile lies between two measurements by proportion', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((part) => quantile([40, 10, 20], part))).toEqual([10, 15, 20, 30, 40])
})

/** A line for each count that is higher than the budget allows. */
function excesses(counts: Readonly<Record<string, Counts>>): string[] {
  return Object.entries(BUDGET).flatMap(([command, most]) =>
    (['roundTrips', 'inTasks', 'here', 'opened'] as const).flatMap((kind) => {
      const count = counts[command]?.[kind] ?? Number.NaN
      return count <= most[kind] ? [] : [`${command}: ${kind} is ${count}, not ${most[kind]}`]
    }),
  )
}
