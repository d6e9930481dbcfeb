// Settings of engines as values, with one line for what is not in order.

import { Failure } from '#src/failure.ts'

/** A table of settings. */
export type Table = Readonly<Record<string, unknown>>

/** Takes the text of a JSON file, gives the object; an empty file is one without settings. Throws a Failure. */
export function parseJson(text: string): Table {
  return tableOf('JSON', () => (text.trim() === '' ? {} : JSON.parse(text)))
}

/** Takes a text and the table that it is to hold, gives the text, indented as it was. */
export function rewriteJson(text: string, table: Table): string {
  const indent = /^\s*\{\s*\n([ \t]+)"/.exec(text)?.[1] ?? '  '
  return `${JSON.stringify(table, null, indent)}\n`
}

/** Takes the name of a format and who parses it, gives the table. Throws a Failure for anything else. */
export function tableOf(format: string, parse: () => unknown): Table {
  let value: unknown
  try {
    value = parse()
  } catch (error) {
    throw new Failure(`it is not ${format}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
  if (!isTable(value)) throw new Failure(`it is not ${format} with settings, but ${JSON.stringify(value)}`)
  return value
}

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes a table and keys, gives the table that they lead to, empty where there is none. */
export function tableAt(table: Table, ...keys: readonly string[]): Table {
  let at = table
  for (const key of keys) {
    const next = at[key]
    if (!isTable(next)) return {}
    at = next
  }
  return at
}

/** Takes a table, keys and a value, gives the table with the value there; undefined takes the key out. */
export function withValue(table: Table, keys: readonly string[], value: unknown): Table {
  const [key, ...rest] = keys
  if (key === undefined) return isTable(value) ? value : table
  const changed = rest.length === 0 ? value : withValue(tableAt(table, key), rest, value)
  if (changed !== undefined) return { ...table, [key]: changed }
  const { [key]: _, ...others } = table
  return others
}

/** Takes a table and keys, takes out the table there if nothing is in it, and then the one above it, and so on. */
export function withoutEmpty(table: Table, keys: readonly string[]): Table {
  if (keys.length === 0 || Object.keys(tableAt(table, ...keys)).length > 0) return table
  return withoutEmpty(withValue(table, keys, undefined), keys.slice(0, -1))
}
