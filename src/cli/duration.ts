// Reads durations as Go writes them, because go-runc passes what time.Duration prints: 5s, 1m30s, 1.5h, 100ms.
// It refuses to know what is timed.

import { UsageError } from './usage-error.ts'

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // Go prints MICRO SIGN and reads GREEK SMALL LETTER MU as well.
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** The duration in milliseconds, always more than 0. Throws a `UsageError` for anything else. */
export function duration(text: string): number {
  let total = 0
  for (let at = 0; at < text.length;) {
    const unitAt = skip(text, at, true)
    const end = skip(text, unitAt, false)
    total += part(text.slice(at, unitAt), text.slice(unitAt, end)) ?? complain(text)
    at = end
  }
  if (text === '') complain(text)
  if (total <= 0) throw new UsageError(`"${text}" is not longer than nothing`)
  return total
}

/** The end of the run of number characters (or of others) that starts at `from`. */
function skip(text: string, from: number, numeric: boolean): number {
  let at = from
  while (at < text.length && '0123456789.'.includes(text.charAt(at)) === numeric) at++
  return at
}

function part(number: string, unit: string): number | undefined {
  const scale = Object.hasOwn(MILLISECONDS, unit) ? MILLISECONDS[unit] : undefined
  const value = number === '' ? Number.NaN : Number(number)
  return scale === undefined || Number.isNaN(value) ? undefined : value * scale
}

function complain(text: string): never {
  const hint =
    text !== '' && skip(text, 0, true) === text.length ? ` (did you mean "${text}s"?)` : ' such as "5s" or "1m30s"'
  throw new UsageError(`"${text}" is not a duration${hint}`)
}
