// Runs one test file in a process of its own and judges it by its report, its exit code and what it did to its limit.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { figuresIn } from './figures.ts'
import { casesOf } from './junit.ts'
import type { Case } from './junit.ts'
import { runLimited } from './limited.ts'
import type { Ending } from './limited.ts'
import type { Suite } from './suites.ts'

/** What a file came to. */
export interface Verdict {
  readonly cases: readonly Case[]
  readonly faults: readonly string[]
  /** What its tests have counted; see figures.ts. */
  readonly figures: readonly string[]
}

/** A file and how it is to be run. */
export interface TestFile {
  /** From the repository's root. */
  readonly path: string
  readonly suite: Suite
  /** Goes to `bun test` as it is. */
  readonly options: readonly string[]
}

/** Runs a file from the repository's root; `work` is a directory for its report and output. Prints a line about it. */
export async function runTestFile(file: TestFile, root: string, work: string): Promise<Verdict> {
  const report = join(work, 'report.xml')
  rmSync(report, { force: true })
  const flags = [`--timeout=${file.suite.perTest * 1_000}`, '--reporter=junit', `--reporter-outfile=${report}`]
  const argv = [process.execPath, 'test', `./${file.path}`, '--only-failures', ...flags, ...file.options]
  const limit = file.suite.perFile
  const ending = await runLimited({ name: file.path, argv, cwd: root, limit, log: join(work, 'log') })
  const verdict = judge(existsSync(report) ? readFileSync(report, 'utf8') : '', ending, isFilter(file.options))
  print(file, verdict, ending)
  return verdict
}

/** Whether options of `bun test` choose tests by name; it reports those that were not chosen as skipped. */
export function isFilter(options: readonly string[]): boolean {
  return options.some((option) => /^(?:-t|--test-name-pattern)/.test(option))
}

/** Takes a report (empty where none was written) and how the process ended, gives what the file came to. */
export function judge(report: string, ending: Pick<Ending, 'code' | 'faults' | 'output'>, filtered: boolean): Verdict {
  const chosen = ({ outcome, reason }: Case) => !filtered || outcome !== 'skipped' || reason !== undefined
  const cases = casesOf(report).filter(chosen)
  // A file that cannot be loaded has no place in the report; with a filter that fits none of its tests it fails too.
  const explained =
    ending.code === 0 ||
    ending.faults.length > 0 ||
    cases.some(({ outcome }) => outcome === 'failed') ||
    (filtered && /^error: regex .* matched 0 tests/m.test(ending.output))
  const faults = [...ending.faults, ...(explained ? [] : [`exit code ${ending.code}, see its output`])]
  return { cases, faults, figures: figuresIn(ending.output) }
}

function print({ path }: TestFile, { cases, faults, figures }: Verdict, { output, seconds }: Ending): void {
  const count = (outcome: Case['outcome']) => cases.filter((entry) => entry.outcome === outcome).length
  const failed = count('failed') + faults.length
  if (failed > 0) console.log(output.trimEnd())
  if (failed === 0 && cases.length === 0) return
  const parts = [`${count('passed')} passed`, failed > 0 ? `${failed} FAILED` : '', `${count('skipped')} skipped`]
  console.log(`  ${path}: ${parts.filter(Boolean).join(', ')}, ${seconds.toFixed(1)} s`)
  for (const line of [...figures, ...faults]) console.log(`    ${line}`)
}
