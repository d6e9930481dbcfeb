// The answer of a client's command that a test cannot do without.
import { describeOutcome } from '#tests/support/spawn.ts'
import type { Outcome } from '#tests/support/spawn.ts'

/** A script among the arguments is of no interest beyond its beginning. */
const LONGEST_WORD = 200

/** The standard output, trimmed, of a command that must have succeeded; throws with all that it said otherwise. */
export function succeeded(outcome: Outcome): string {
  if (outcome.code === 0) return outcome.stdout.trim()
  const argv = outcome.argv.map((word) => (word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD)}…` : word))
  throw new Error(`Cannot go on: a command failed\n${describeOutcome({ ...outcome, argv })}`)
}
