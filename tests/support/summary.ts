// What a whole run comes to: one table of suites, what was counted, the reasons for what was skipped, the names of what failed, and
// whether all is well. Pure text; knows nothing of processes.

import type { Case } from './junit.ts'

/** A suite that was run, or could not be. */
export interface Result {
  readonly suite: string
  readonly cases: readonly Case[]
  /** What went wrong beyond single tests: a file that hangs or cannot be loaded, a build that fails. */
  readonly faults: readonly string[]
  readonly seconds: number
  /** What its tests have counted, for people. */
  readonly figures: readonly string[]
}

/** The failures of a suite, as lines; none where all is well. A suite without a test has proved nothing. */
export function failuresOf(result: Result): string[] {
  const failed = result.cases.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
  const silent = result.cases.filter(({ outcome, reason }) => outcome === 'skipped' && reason === undefined)
  return [
    ...failed,
    ...silent.map(({ name }) => `${name}: skipped without a reason (declare it with needs())`),
    ...result.faults,
    ...(result.cases.length === 0 && result.faults.length === 0 ? ['no test was run'] : []),
  ]
}

/** The whole report. */
export function summary(results: readonly Result[]): string {
  return [
    table(results),
    ...section('Figures', figures(results)),
    ...section('Skipped', skips(results)),
    ...section('Failed once, passed at the second try', secondTries(results)),
    ...section('Failed', failures(results)),
  ].join('\n')
}

function table(results: readonly Result[]): string {
  const heading = ['suite', 'passed', 'failed', 'skipped', 'seconds']
  const rows = results.map((result) => [
    result.suite,
    String(result.cases.filter(({ outcome }) => outcome === 'passed').length),
    String(failuresOf(result).length),
    String(result.cases.filter(({ outcome }) => outcome === 'skipped').length),
    result.seconds.toFixed(1),
  ])
  const lines = [heading, ...rows]
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const aligned = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return lines.map((line) => line.map(aligned).join('  ')).join('\n')
}

function skips(results: readonly Result[]): string[] {
  const counts = new Map<string, number>()
  for (const { suite, cases } of results)
    for (const { reason } of cases) {
      if (reason === undefined) continue
      const line = `${suite}: ${reason}`
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
  return [...counts].map(([line, count]) => `${String(count).padStart(5)}  ${line}`)
}

function secondTries(results: readonly Result[]): string[] {
  return results.flatMap(({ suite, cases }) =>
    cases.filter(({ secondTry }) => secondTry === true).map(({ name }) => `  ${suite}: ${name}`),
  )
}

function figures(results: readonly Result[]): string[] {
  return results.flatMap((result) => result.figures.map((line) => `  ${result.suite}: ${line}`))
}

function failures(results: readonly Result[]): string[] {
  return results.flatMap((result) => failuresOf(result).map((line) => `  ${result.suite}: ${line}`))
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}
