// The second try of a test file: for tests of programs that are not ours, which are late or lost on a busy machine without
// any fault of bunc. Nothing is hidden by it: the first failure is printed, and the summary names whoever needed a second.

import type { Case } from './junit.ts'
import type { Verdict } from './test-file.ts'

/** Whether a verdict may be tried again: something failed, and nothing but what `again` allows. */
export function deservesAnother({ cases, faults }: Verdict, again: RegExp | undefined): boolean {
  const failed = cases.filter(({ outcome }) => outcome === 'failed')
  return again !== undefined && faults.length === 0 && failed.length > 0 && failed.every(({ name }) => again.test(name))
}

/** Takes both verdicts of a file, gives the second, with a mark at each test that failed before. */
export function settled(first: Verdict, second: Verdict): Verdict {
  const failed = new Set(first.cases.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name))
  const marked = (entry: Case) =>
    entry.outcome === 'passed' && failed.has(entry.name) ? { ...entry, secondTry: true } : entry
  return { ...second, cases: second.cases.map(marked) }
}
