// What a user reads about an error: one line, and where something is known to mend it, a hint.

import { ConfigError } from '#src/config/problem.ts'
import { Failure, sentence } from '#src/failure.ts'
import { printable } from '#src/output.ts'
import type { Paint } from '#src/paint.ts'
import { UsageError } from './usage-error.ts'

/** What is said about an error: printable, and without a newline. */
export interface Told {
  readonly message: string
  readonly hint: string | undefined
}

/** Takes anything thrown, gives the line. */
export function failureText(error: unknown): string {
  return printable(error instanceof UsageError || error instanceof ConfigError ? error.message : sentence(error))
}

/** Takes anything thrown, gives what may mend it. The table is brought in now: it costs nothing where all goes well. */
export async function failureHint(error: unknown): Promise<string | undefined> {
  const known = error instanceof Failure ? error.hint : undefined
  const cause = error instanceof Failure ? error.cause : error
  const hint = known ?? (cause === undefined ? undefined : (await import('#src/hints.ts')).hintFor(cause))
  return hint === undefined ? undefined : printable(hint)
}

/** Takes what is said about an error, gives the lines for standard error. Only a terminal has a `paint`. */
export function failureLines({ message, hint }: Told, error?: unknown, paint: Paint = (_, text) => text): string {
  // What was being done comes first, and what failed comes last: that is where the eye has to be.
  const cause = error instanceof Error ? printable(error.message) : ''
  const way = message.endsWith(cause) ? message.slice(0, message.length - cause.length) : message
  const first = `${paint('fault', 'bunc:')} ${way}${paint('heading', message.slice(way.length))}\n`
  return hint === undefined ? first : `${first}${paint('aside', `hint: ${hint}`)}\n`
}
