// Writes down every call with its result and its time, as strace -T does. Each call of a task is made at once: a trace
// tells what happened, not what was queued.

import { SyscallError } from '../error.ts'
import { type Decorator, wrapped } from './kernel.ts'

/** One performed call. */
export interface Traced {
  /** `here`, or which task. */
  readonly where: string
  /** The call, as strace shows it. */
  readonly call: string
  /** What it gave, or the name of its errno. */
  readonly result: string
  readonly microseconds: number
}

/** Takes who reads the trace, gives the decorator that writes it. */
export function traced(tell: (line: Traced) => void): Decorator {
  return (sys, where) =>
    wrapped(sys, (call) => {
      const began = Bun.nanoseconds()
      const end = (result: string) =>
        tell({ where, call: call.show(), result, microseconds: Math.round((Bun.nanoseconds() - began) / 1000) })
      try {
        const value = sys(call)
        sys.flush()
        end(value === undefined && call.result.kind === 'value' ? 'none' : call.result.show(value))
        return value
      } catch (error) {
        end(error instanceof SyscallError ? error.errno : 'not made')
        throw error
      }
    })
}
