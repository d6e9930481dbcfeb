// `npm test`: the suites in order, each file in a process of its own, and one table at the end. A file that hangs, leaves
// a process behind or skips without a reason fails; a suite that runs nothing fails.
//
//   npm test [-- SUITE... [-t PATTERN] [other options of bun test]]

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { installMissing } from './support/install.ts'
import { runLimited } from './support/limited.ts'
import { deservesAnother, settled } from './support/retry.ts'
import { RUN_VARIABLE } from './support/stragglers.ts'
import { SUITES } from './support/suites.ts'
import type { Suite, SuiteName } from './support/suites.ts'
import { failuresOf, summary } from './support/summary.ts'
import type { Result } from './support/summary.ts'
import { runTestFile } from './support/test-file.ts'
import type { TestFile, Verdict } from './support/test-file.ts'

const ROOT = join(import.meta.dir, '..')

/** What the command line asks for. */
interface Choice {
  readonly suites: readonly SuiteName[]
  /** Goes to `bun test` as it is. */
  readonly options: readonly string[]
}

/** Takes the words of the command line. Fails for a word that is no suite. */
function choiceFrom(words: readonly string[]): Choice {
  const firstOption = words.findIndex((word) => word.startsWith('-'))
  const named = firstOption < 0 ? words : words.slice(0, firstOption)
  const names = suiteNames()
  const wrong = named.find((word) => !names.some((name) => name === word))
  if (wrong !== undefined) throw new Error(`Cannot run "${wrong}": the suites are ${names.join(', ')}`)
  const asked = names.filter((name) => named.length === 0 || named.includes(name))
  const binary = asked.some((name) => suiteOf(name).binary)
  const suites = names.filter((name) => asked.includes(name) || (name === 'build' && binary))
  return { suites, options: firstOption < 0 ? [] : words.slice(firstOption) }
}

function suiteNames(): SuiteName[] {
  return Object.keys(SUITES).filter((name): name is SuiteName => name in SUITES)
}

function suiteOf(name: SuiteName): Suite {
  return SUITES[name]
}

async function runSuite(name: SuiteName, choice: Choice, work: string): Promise<Result> {
  const suite = suiteOf(name)
  console.log(`\n${name}`)
  if (suite.command !== undefined) return runCommand(name, suite.command, work)
  const cases: Result['cases'][number][] = []
  const faults: string[] = []
  const figures: string[] = []
  const start = performance.now()
  for (const path of testFiles(suite.tests ?? name)) {
    const verdict = await runTestFileTwice({ path, suite, options: choice.options }, work)
    cases.push(...verdict.cases)
    faults.push(...verdict.faults.map((fault) => `${path}: ${fault}`))
    figures.push(...verdict.figures)
  }
  return { suite: name, cases, faults, figures, seconds: (performance.now() - start) / 1_000 }
}

/** Runs a file, and a second time where it may be tried again. */
async function runTestFileTwice(file: TestFile, work: string): Promise<Verdict> {
  const first = await runTestFile(file, ROOT, work)
  return deservesAnother(first, file.suite.again) ? settled(first, await runTestFile(file, ROOT, work)) : first
}

/** Takes a file or folder of tests/, gives its test files as paths from the repository's root. */
function testFiles(path: string): string[] {
  if (path.endsWith('.ts')) return existsSync(join(ROOT, 'tests', path)) ? [`tests/${path}`] : []
  return [...new Bun.Glob(`tests/${path}/**/*.test.ts`).scanSync(ROOT)].toSorted()
}

/** A command counts as one test of its own name. */
async function runCommand(name: SuiteName, command: readonly string[], work: string): Promise<Result> {
  const argv = [process.execPath, ...command]
  const task = { name, argv, cwd: ROOT, limit: suiteOf(name).perFile, log: join(work, 'log') }
  const { code, output, seconds, faults } = await runLimited(task)
  console.log(output.trimEnd())
  const outcome = code === 0 ? 'passed' : 'failed'
  return { suite: name, cases: [{ name: `bun ${command.join(' ')}`, outcome }], faults, figures: [], seconds }
}

async function main(): Promise<boolean> {
  const choice = choiceFrom(Bun.argv.slice(2))
  process.env[RUN_VARIABLE] ??= crypto.randomUUID()
  installMissing(new Set(choice.suites))
  const work = mkdtempSync(join(tmpdir(), 'bunc-run-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
  const results: Result[] = []
  for (const name of choice.suites) {
    const noBuild =
      suiteOf(name).binary && results.some((result) => result.suite === 'build' && failuresOf(result).length > 0)
    if (noBuild)
      results.push({ suite: name, cases: [], faults: ['not run: there is no build'], figures: [], seconds: 0 })
    else results.push(await runSuite(name, choice, work))
  }
  console.log(`\n${summary(results)}`)
  return results.every((result) => failuresOf(result).length === 0)
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(`test: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
