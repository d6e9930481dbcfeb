// Brings the spellings of a signal into one: "SIGKILL", "kill", "Kill" and "-KILL" are all "KILL".
// It refuses to know which names exist and what their numbers are: the kernel's table stands in ffi.

import { UsageError } from './usage-error.ts'
import { isDigits } from './whole-number.ts'

/** The number of the last real-time signal, SIGRTMAX (signal(7)). */
const LAST_SIGNAL = 64

/**
 * A number from 0 to 64, or a name in capitals without "SIG" ("RTMIN+3" keeps its offset). One leading dash is dropped,
 * as kill(1) has it. Throws a `UsageError` where `text` cannot be either.
 */
export function signalName(text: string): number | string {
  const bare = text[0] === '-' ? text.slice(1) : text
  if (isDigits(bare) && Number(bare) <= LAST_SIGNAL) return Number(bare)
  const capitals = bare.toUpperCase()
  const name = capitals.startsWith('SIG') ? capitals.slice(3) : capitals
  if (!isName(name)) throw new UsageError(`"${text}" is not the name or number of a signal`)
  return name
}

/** A letter, then letters, digits and the offset of a real-time signal. */
function isName(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const char = name.charAt(at)
    const letter = char >= 'A' && char <= 'Z'
    if (!letter && (at === 0 || !'0123456789+-'.includes(char))) return false
  }
  return name.length > 0
}
