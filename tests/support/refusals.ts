// Judges how a command failed: an exit code, one line on stderr that a person can use, nothing else.
import { describeOutcome } from './spawn.ts'
import type { Outcome } from './spawn.ts'

/** A stack trace or a fault of the runtime's own language never belongs in an answer to a user. */
const TRACES = [/^\s+at .+:\d+/m, /goroutine \d+/, /panicked at/, /Segmentation fault/, /Bun v\d/]

/**
 * Fails unless `outcome` is a refusal: a code other than 0, exactly one line on stderr (hints aside) that matches
 * `text`, and nothing on stdout.
 */
export function assertRefused(outcome: Outcome, text: RegExp): void {
  const lines = outcome.stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint: '))
  const problem = [
    outcome.code === 0 && 'it succeeded',
    lines.length !== 1 && `stderr has ${lines.length} lines in place of one`,
    !text.test(outcome.stderr) && `stderr does not match ${text}`,
    outcome.stdout !== '' && 'stdout is not empty',
    TRACES.some((trace) => trace.test(outcome.stderr)) && 'stderr has a stack trace',
  ].find((entry) => entry !== false)
  if (problem !== undefined) throw new Error(`Cannot accept the refusal: ${problem}\n${describeOutcome(outcome)}`)
}
