// What a person is told about an error: one line, and a hint where one is known.

import { ConfigError } from '#src/config/problem.ts'
import { Failure, sentence } from '#src/failure.ts'
import { hintFor } from '#src/hints.ts'
import { UsageError } from './usage-error.ts'

/** Takes anything thrown, gives the line and the hint. */
export function failureText(error: unknown): { message: string; hint: string | undefined } {
  if (error instanceof UsageError || error instanceof ConfigError) return { message: error.message, hint: undefined }
  return { message: sentence(error), hint: error instanceof Failure ? error.hint : hintFor(error) }
}
