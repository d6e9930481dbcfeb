// What is being done at this moment, for a person who waits: one line of standard error, written over and over, and gone
// in the end. Written to a terminal alone, and only once somebody has waited for a while.

import type { Sys } from '#ffi/call.ts'
import { complain, printable } from '#src/output.ts'
import { surfaceOf } from './terminal.ts'

const PATIENCE_MS = 300
const ERASE = '\r\x1b[K'

/** Tells what is being done. */
export interface Progress extends Disposable {
  /** Says what begins now. */
  readonly show: (text: string) => void
  /** Takes the line away, as disposal does: before anything else is printed, and in the end. */
  readonly clear: () => void
}

/** Gives who tells it; where it is not wanted, or nobody would see it, that says nothing. */
export function progress(here: Sys, wanted: boolean): Progress {
  const surface = wanted ? surfaceOf(here, 'stderr') : undefined
  if (surface?.lively !== true) return { show: nothing, clear: nothing, [Symbol.dispose]: nothing }
  const begun = performance.now()
  // A line that is too long would begin another one, which nothing erases.
  const room = Math.max(0, (surface.columns ?? 80) - 1)
  let shown = false
  const clear = () => {
    if (shown) complain(here, ERASE)
    shown = false
  }
  return {
    show: (text) => {
      if (performance.now() - begun < PATIENCE_MS) return
      complain(here, `${ERASE}${surface.paint('aside', printable(text).slice(0, room))}`)
      shown = true
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

function nothing(): void {}
