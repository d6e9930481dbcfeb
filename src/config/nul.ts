// Finds NUL bytes in the strings of a document. The kernel ends every argument, path and name at the first NUL, so
// "/proc/1\0/x" would pass every check here and mean another path there.

import { pathOf, type Problem } from './problem.ts'

/** False where no string of the JSON text can hold a NUL: JSON has no other way to write one. The fast answer. */
export function mayHoldNul(text: string): boolean {
  return text.includes('\\u0000')
}

/** Takes a document as the schema gave it, gives a problem for every string and every key with a NUL in it. */
export function nulProblems(value: unknown, keys: readonly (string | number)[] = []): readonly Problem[] {
  if (typeof value === 'string')
    return value.includes('\0') ? [{ path: pathOf(keys), message: 'holds a NUL byte' }] : []
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => nulProblems(entry, [...keys, index]))
  return Object.entries(value).flatMap(([key, member]) => {
    const inKey = key.includes('\0') ? [{ path: pathOf([...keys, key]), message: 'holds a NUL byte' }] : []
    return [...inKey, ...nulProblems(member, [...keys, key])]
  })
}
