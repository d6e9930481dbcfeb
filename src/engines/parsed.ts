// Settings of engines as values: JSON and TOML, read with one line for what is not in order.

import { Failure } from '#src/failure.ts'

/** A table of settings. */
export type Table = Readonly<Record<string, unknown>>

/** Takes the text of a JSON file, gives the object; an empty file is one without settings. Throws a Failure. */
export function parseJsonTable(text: string): Table {
  return tableOf('JSON', () => (text.trim() === '' ? {} : JSON.parse(text)))
}

/** Takes the text of a TOML file, gives the table. Throws a Failure. */
export function parseToml(text: string): Table {
  return tableOf('TOML', () => Bun.TOML.parse(text))
}

function tableOf(kind: string, parse: () => unknown): Table {
  let value: unknown
  try {
    value = parse()
  } catch (error) {
    throw new Failure(`it is not ${kind}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
  if (!isTable(value)) throw new Failure(`it is not ${kind} with settings, but ${JSON.stringify(value)}`)
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
