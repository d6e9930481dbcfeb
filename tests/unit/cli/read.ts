// Invocations as tests compare them, and the values that stand where a command line says nothing.

import { program } from '#src/cli/commands.ts'
import { parseFor } from '#src/cli/parse.ts'

/** Global flags with a default. */
export const GLOBAL = { logFormat: 'text', rootless: 'auto' }
/** Flags of create and run with a default. */
export const CREATE = { bundle: '.', preserveFds: 0 }

/** What was given or has a default: flags that are off, empty lists and absent values are left out. */
function given(values: object): Record<string, unknown> {
  const kept = Object.entries(values).filter(([, value]) => {
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
  })
  return Object.fromEntries(kept)
}

/** An invocation without what is off or absent. */
export function read(words: readonly string[]): Record<string, unknown> {
  const invocation = parseFor(program, words)
  const parts = Object.entries(invocation).filter(([, part]) => part !== undefined)
  return Object.fromEntries(parts.map(([key, part]) => [key, typeof part === 'object' ? given(part) : part]))
}
