// What a person is told about an error: one line, and a hint where one is known.

import { ConfigError } from '#src/config/problem.ts'
import { Failure, sentence } from '#src/failure.ts'
import { hintFor } from '#src/hints.ts'
import { printable } from '#src/output.ts'
import type { Paint } from '#src/paint.ts'
import { UsageError } from './usage-error.ts'

/** What is said about an error: printable, and without a newline. */
export interface Told {
  readonly message: string
  readonly hint: string | undefined
}

/** Takes anything thrown, gives the line and the hint. */
export function failureText(error: unknown): Told {
  if (error instanceof UsageError || error instanceof ConfigError)
    return { message: printable(error.message), hint: undefined }
  const hint = error instanceof Failure ? error.hint : hintFor(error)
  return { message: printable(sentence(error)), hint: hint === undefined ? undefined : printable(hint) }
}

/** Takes what is said about an error, gives the lines for standard error. Only a terminal has a `paint`. */
export function failureLines({ message, hint }: Told, error?: unknown, paint: Paint = (_, text) => text): string {
  // What was being done comes first, and what failed comes last: that is where the eye has to be.
  const cause = error instanceof Error ? printable(error.message) : ''
  const way = message.endsWith(cause) ? message.slice(0, message.length - cause.length) : message
  const first = `${paint('fault', 'bunc:')} ${way}${paint('heading', message.slice(way.length))}\n`
  return hint === undefined ? first : `${first}${paint('aside', `hint: ${hint}`)}\n`
}
