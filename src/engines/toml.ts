// TOML that keeps its comments and its layout when a value is changed: the one place that knows the library for it. What
// is new and a table becomes a section at the end, for engines of some age misread the shorter forms.

import { parse, patch } from '@decimalturn/toml-patch'
import { isTable, type Table, tableOf } from './parsed.ts'

/** Takes the text of a TOML file, gives the table. Throws a Failure. */
export function parseToml(text: string): Table {
  return tableOf('TOML', () => parse(text))
}

/** Takes a text and the table that it is to hold, gives the text with as little changed as that takes. */
export function rewriteToml(text: string, table: Table): string {
  const sections = newSections(parseToml(text), table, [])
  const gap = text === '' || text.endsWith('\n\n') || sections === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n'
  const written = patch(`${text}${gap}${sections}`, table)
  // What an engine cannot read stops every container of the host: it is read again before it is written anywhere.
  if (!Bun.deepEquals(parse(written), table))
    throw new RangeError('The rewritten settings differ from those that were meant')
  return written
}

/** The tables that are new, as sections, each with its values. */
function newSections(before: unknown, table: Table, keys: readonly string[]): string {
  const old = isTable(before) ? before : undefined
  const values = Object.entries(table).filter(([, value]) => !isTable(value))
  const own =
    old === undefined && (values.length > 0 || Object.keys(table).length === 0)
      ? [
          `[${keys.map(bare).join('.')}]`,
          ...values.map(([key, value]) => `${bare(key)} = ${JSON.stringify(value)}`),
          '',
        ]
      : []
  const below = Object.entries(table).flatMap(([key, value]) =>
    isTable(value) ? [newSections(old?.[key], value, [...keys, key])] : [],
  )
  return [own.map((line) => `${line}\n`).join(''), ...below].join('')
}

/** A key as TOML writes it, in quotes where it must be. */
function bare(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
}
