// What a person is told about an error: one line, and a hint where one is known.

import { ConfigError } from '#src/config/problem.ts'
import { Failure, sentence } from '#src/failure.ts'
import { UsageError } from './usage-error.ts'

/** Takes anything thrown, gives the line. */
export function failureText(error: unknown): string {
  return line(error instanceof UsageError || error instanceof ConfigError ? error.message : sentence(error))
}

/** Takes anything thrown, gives what may mend it. The table is brought in now: it costs nothing where all goes well. */
export async function failureHint(error: unknown): Promise<string | undefined> {
  const known = error instanceof Failure ? error.hint : undefined
  const cause = error instanceof Failure ? error.cause : error
  const hint = known ?? (cause === undefined ? undefined : (await import('#src/hints.ts')).hintFor(cause))
  return hint === undefined ? undefined : line(hint)
}

/** A word that was given, or a path, may hold a newline, or what moves the cursor of a terminal. */
function line(text: string): string {
  return text.replaceAll(/[\0-\x1f\x7f]/g, (character) => JSON.stringify(character).slice(1, -1))
}
