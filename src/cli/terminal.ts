// Where a text is about to be printed: on a terminal, for a person, or into a file or a pipe, for a program. Asked for each
// stream by itself, and only when there is something to print.

import { harmlessly, type Sys } from '#ffi/call.ts'
import { getTerminalModes, getTerminalSize } from '#ffi/calls/tty.ts'
import { inherited } from '#ffi/perform/here.ts'
import { coloured, type Paint, plain } from '#src/paint.ts'
import { mayColour, printable } from '#src/output.ts'
import { variable } from './environment.ts'

/** What matters of a stream to who prints. */
export interface Surface {
  readonly terminal: boolean
  /** Characters in a line; undefined where it is no terminal, or one that does not know. */
  readonly columns: number | undefined
  /** Whether it may be coloured and its lines rewritten. */
  readonly lively: boolean
  readonly paint: Paint
}

const NUMBERS = { stdin: 0, stdout: 1, stderr: 2 } as const

/** Whether a stream is a terminal (isatty(3)). */
export function isTerminal(here: Sys, stream: keyof typeof NUMBERS): boolean {
  // Whatever the errno, it is no: files answer with several, and a terminal that was hung up is none.
  return here(harmlessly(getTerminalModes(inherited(NUMBERS[stream], stream)))) !== undefined
}

/** Looks at a stream. */
export function surfaceOf(here: Sys, stream: 'stdout' | 'stderr'): Surface {
  if (!isTerminal(here, stream)) return { terminal: false, columns: undefined, lively: false, paint: plain }
  const columns = here(harmlessly(getTerminalSize(inherited(NUMBERS[stream], stream))))?.columns
  const lively = mayColour(variable)
  return { terminal: true, columns: columns === 0 ? undefined : columns, lively, paint: lively ? coloured : plain }
}

/** Takes JSON, gives it for standard output: a terminal obeys C1 characters, which JSON leaves as they are. */
export function shownJson(here: Sys, text: string): string {
  return isTerminal(here, 'stdout') ? printable(text, '\n\t') : text
}
