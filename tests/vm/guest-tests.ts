// Runs bun tests inside a machine and folds their results into one verdict on the host. Knows how a guest gets bun and
// the test files, not what they test.
import { boot } from './boot.ts'
import { tail, type Kind } from './machine.ts'
import { repositoryShare, subjectFor } from './subject.ts'
import { casesOf, type Case } from '#tests/support/junit.ts'

/** How many containers the tests make that look for what is left of many, unless BUNC_TEST_CYCLES says. */
const CYCLES = 40

/** Test files of the repository, to be run in a machine. */
export type GuestTests = {
  /** What the line with the counts calls them. */
  readonly title: string
  readonly kind: Kind & { readonly arch: 'x86_64' }
  /** Files or folders, from the root of the repository. */
  readonly paths: readonly string[]
  readonly timeoutSeconds: number
  /** Run the n-th of m parts, as in "1/2". */
  readonly shard?: string
  /** Other runtimes that are driven as well, to validate the tests and for tests of two runtimes. */
  readonly peers?: readonly string[]
  /** One test at a time: where the machine is slow and commands have little time. */
  readonly inTurn?: boolean
}

/**
 * Runs test files in a machine and prints a line with the counts and the time, and one for each reason to skip.
 * @param tests which, and where
 * @throws Error with every failure in the guest, and when the guest ran no test at all
 * @throws CommandTimeout, MachineFailure as boot() does
 */
export async function runGuestTests(tests: GuestTests): Promise<void> {
  const subject = await subjectFor(tests.kind.arch)
  using outcome = await boot({
    kind: tests.kind,
    share: { ...repositoryShare(), ...subject.share },
    timeoutSeconds: tests.timeoutSeconds,
    command: `
      export BUNC_TEST_RUNTIME=${[...new Set([subject.name, ...(tests.peers ?? [])])].join()} BUNC_TEST_BINARY=/share/bunc BUNC_VM_RUNTIME=${subject.path}
      export BUNC_TEST_CYCLES=${process.env['BUNC_TEST_CYCLES'] ?? CYCLES}
      exec ${bunTest(tests).join(' ')}`,
  })
  const report = Bun.file(`${outcome.files}/junit.xml`)
  const cases = casesOf((await report.exists()) ? await report.text() : '')
  console.log(summary(tests.title, cases, outcome.seconds))
  // A file that does not load makes an exit code but no failed test; a part without a file makes neither.
  if (outcome.exitCode === 0 && cases.length > 0) return
  const failed = named(cases, 'failed').join('\n  ')
  const what = `Cannot pass "${tests.title}" in the machine: exit code ${outcome.exitCode}, ${cases.length} tests`
  throw new Error(`${what}\n  ${failed}\n${tail(outcome.output, 300)}`)
}

function bunTest({ paths, shard, inTurn = false }: GuestTests): string[] {
  const report = ['--reporter=junit', '--reporter-outfile=$VM_FILES/junit.xml']
  const part = shard === undefined ? [] : [`--shard=${shard}`]
  const limit = '--timeout=120000'
  return [
    'node_modules/.bin/bun',
    'test',
    '--only-failures',
    limit,
    ...report,
    ...part,
    ...(inTurn ? ['--max-concurrency=1'] : []),
    ...paths.map((path) => `./${path}`),
  ]
}

function summary(title: string, cases: readonly Case[], seconds: number): string {
  const [passed, failed, skipped] = [named(cases, 'passed'), named(cases, 'failed'), named(cases, 'skipped')]
  const counts = `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`
  const skips = Map.groupBy(
    cases.filter(({ outcome }) => outcome === 'skipped'),
    ({ name, reason }) => reason ?? `without a reason: ${name}`,
  )
  const lines = [...skips].map(([reason, group]) => `\nvm:   ${group.length} skipped: ${reason}`)
  return `vm: ${title}: ${counts} in ${seconds.toFixed(1)} s${lines.join('')}`
}

function named(cases: readonly Case[], outcome: Case['outcome']): string[] {
  return cases.filter((test) => test.outcome === outcome).map(({ name }) => name)
}
