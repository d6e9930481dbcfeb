// Where the words for a value come from when a shell completes it, by the name of the value in the command table.
// It refuses to know how a shell is told.

import type { Operand, Option } from '../grammar.ts'

/** Words that are known, or the kind of thing that the shell or the program can list. */
export type Source =
  | { readonly from: 'words'; readonly words: readonly string[] }
  | { readonly from: 'directories' | 'files' | 'containers' | 'nothing' }

/** The signals that are sent to containers; the shell need not list the others. */
const SIGNALS = ['TERM', 'KILL', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2', 'STOP', 'CONT', 'WINCH']

const BY_VALUE_NAME: Readonly<Record<string, Source>> = {
  BUNDLE: { from: 'directories' },
  CONTAINER: { from: 'containers' },
  DIR: { from: 'directories' },
  FILE: { from: 'files' },
  SIGNAL: { from: 'words', words: SIGNALS },
  SOCKET: { from: 'files' },
}

/** Where the words for the value of a row come from. */
export function sourceOf(row: Option | Operand): Source {
  if (row.choices !== undefined) return { from: 'words', words: row.choices }
  return BY_VALUE_NAME[row.value ?? ''] ?? { from: 'nothing' }
}

/** `text` between single quotes, which bash, zsh and POSIX shells read literally. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
