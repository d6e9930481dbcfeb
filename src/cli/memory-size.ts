// Reads sizes as Docker and runc write them: 512, 64M, 1.5g, 32KiB. Every unit is binary; "-1" lifts a limit.
// It refuses to know which limit a size is meant for.

import { UsageError } from './usage-error.ts'
import { isDigits } from './whole-number.ts'

const UNITS = 'bkmgtp'

/** The size in bytes, rounded down, or -1 for no limit. Throws a `UsageError` for anything else. */
export function memorySize(text: string): number {
  if (text === '-1') return -1
  if (text[0] === '-') throw new UsageError(`"${text}" is less than -1`)
  const end = numberEnd(text)
  const exponent = unitExponent(text.slice(end).trim().toLowerCase())
  if (!isDecimal(text.slice(0, end)) || exponent < 0) {
    throw new UsageError(`"${text}" is not a size such as "512M" or "1.5G", nor "-1"`)
  }
  const bytes = Math.floor(Number(text.slice(0, end)) * 1024 ** exponent)
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`"${text}" is not less than 8 PiB; "-1" lifts the limit`)
  return bytes
}

function numberEnd(text: string): number {
  let end = 0
  while (end < text.length && '0123456789.'.includes(text.charAt(end))) end++
  return end
}

function isDecimal(text: string): boolean {
  const [whole = '', fraction, more] = text.split('.')
  // The fraction may start with zeros, which isDigits takes for a mistake in a whole number.
  return (
    isDigits(whole) && (fraction === undefined || isDigits(`1${fraction}`)) && fraction !== '' && more === undefined
  )
}

/** The power of 1024 that a unit in small letters stands for, or -1. */
function unitExponent(unit: string): number {
  if (unit === '') return 0
  const [letter = '', tail] = [unit[0], unit.slice(1)]
  const fits = tail === '' || (letter !== 'b' && (tail === 'b' || tail === 'ib'))
  return fits ? UNITS.indexOf(letter) : -1
}
