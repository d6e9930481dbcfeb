// Reads whole numbers strictly: decimal digits and nothing else. Number("") is 0 and parseInt("1x") is 1, and a uid or a
// limit that was misread so has been a CVE of another runtime (CVE-2026-30892).

import { UsageError } from './usage-error.ts'

/** Both bounds are included. */
export type Bounds = { readonly min?: number; readonly max?: number }

/** True where `text` is one or more ASCII digits without a needless leading zero (which Go would read as octal). */
export function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return false
  }
  return text.length > 0 && (text.length === 1 || text[0] !== '0')
}

/** The number that `text` spells in decimal. Throws a `UsageError` for anything else and outside the bounds. */
export function wholeNumber(
  text: string,
  { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Bounds,
): number {
  if (!isDigits(text[0] === '-' ? text.slice(1) : text) || text === '-0')
    throw new UsageError(`"${text}" is not a whole number`)
  const value = Number(text)
  if (value < min) throw new UsageError(`"${text}" is less than ${min}`)
  if (value > max) throw new UsageError(`"${text}" is more than ${max}`)
  return value
}
