// Writes down every call with its result and its time, as strace -T does. It changes nothing: calls that wait for each
// other in a batch still do, and their lines come when the batch has been made.

import type { Call, Outcome } from '../call.ts'
import { errnoName } from '../errno.ts'
import { type Decorator, wrapped } from './kernel.ts'

/** One call. */
export interface Traced {
  /** `here`, or which task. */
  readonly where: string
  /** The call, as strace shows it. */
  readonly call: string
  /** What it gave, or the name of its errno; `not made`, or `?` for a call that nobody waits for (the last execve). */
  readonly result: string
  /** How long bunc waited for the result; undefined when the call went along with a later one. */
  readonly microseconds: number | undefined
}

/** Takes who reads the trace, gives the decorator that writes it. */
export function traced(tell: (line: Traced) => void): Decorator {
  return (sys, where) =>
    wrapped(sys, (call) => {
      const began = Bun.nanoseconds()
      let outcome: Outcome = 'unknown'
      let waiting = true
      const end = (result: string) => {
        const microseconds = waiting ? Math.round((Bun.nanoseconds() - began) / 1000) : undefined
        tell({ where, call: call.show(), result, microseconds })
      }
      const settled = (what: Outcome) => {
        outcome = what
        call.settled?.(what)
        // What a value means is known only when the performer has decoded it.
        if (call.result.kind !== 'value' || !succeeded(what)) end(shown(what, call))
      }
      try {
        const value = sys(call.but({ settled }))
        if (call.result.kind === 'value' && succeeded(outcome)) end(call.result.show(value))
        return value
      } finally {
        waiting = false
      }
    })
}

function succeeded(outcome: Outcome): boolean {
  return typeof outcome === 'number' && outcome >= 0
}

function shown(outcome: Outcome, call: Call<unknown>): string {
  if (outcome === 'unknown') return '?'
  if (outcome === 'not made') return outcome
  if (outcome < 0) return errnoName(-outcome)
  return call.result.kind === 'descriptor' ? `${outcome}<${call.label()}>` : String(outcome)
}
