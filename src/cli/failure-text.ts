// What a person is told about an error: one line, and a hint where one is known.

import { ConfigError } from '#src/config/problem.ts'
import { Failure, sentence } from '#src/failure.ts'
import { hintFor } from '#src/hints.ts'
import { UsageError } from './usage-error.ts'

/** Takes anything thrown, gives the line and the hint. */
export function failureText(error: unknown): { message: string; hint: string | undefined } {
  if (error instanceof UsageError || error instanceof ConfigError)
    return { message: line(error.message), hint: undefined }
  return { message: line(sentence(error)), hint: error instanceof Failure ? error.hint : hintFor(error) }
}

/** A word that was given, or a path, may hold a newline, or what moves the cursor of a terminal. */
function line(text: string): string {
  return text.replaceAll(/[\0-\x1f\x7f]/g, (character) => JSON.stringify(character).slice(1, -1))
}
