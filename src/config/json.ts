// Reads JSON text: fast where doubles are enough, exactly where they are not. Knows nothing of what the text describes.

import { locateFault } from './json-fault.ts'
import { ConfigError } from './problem.ts'

/** The longest run of digits that is worth a bigint: 2^64 has 20. A million digits would take BigInt() seconds. */
const MOST_DIGITS = 40

/** Takes JSON text and its file's name. Throws a `ConfigError` that says in which line and column the text breaks. */
export function parseJson(text: string, file: string): unknown {
  return parsed(text, file)
}

/**
 * As `parseJson`, at three times the price, with the two things that JSON.parse loses and Go does not:
 * an integer beyond 2^53 comes as a bigint, and a member of an object that is null is left out, as Go decodes null
 * into "not set".
 */
export function parseJsonExactly(text: string, file: string): unknown {
  return parsed(text, file, exact) ?? null
}

function parsed(text: string, file: string, reviver?: typeof exact): unknown {
  try {
    return JSON.parse(text, reviver)
  } catch (error) {
    // The engine's own words for that are about its stack.
    const message = error instanceof RangeError ? 'it is nested too deeply' : String(error)
    throw new ConfigError(file, [{ path: '', message: locateFault(text) ?? message }])
  }
}

function exact(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (value === null) return Array.isArray(this) ? null : undefined
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return source.length <= MOST_DIGITS && /^-?\d+$/.test(source) ? BigInt(source) : value
}
