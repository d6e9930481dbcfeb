// How a value of config.json looks inside an error: short, on one line, and never mistaken for the words around it.

const LONGEST = 64

/** Takes any JSON value, gives the words for it: strings quoted and cut at 64 characters, numbers and null as written. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
