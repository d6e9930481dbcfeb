// What bunc's caller had set for this process and Bun, or bunc itself, has changed since: a process that bunc makes gets
// it back.

import { closesOnExec } from '../calls/descriptor.ts'
import { SIGNAL_SET_SIZE, signalMask } from '../calls/signal.ts'
import { here, inherited } from './here.ts'

let mask: Uint8Array | undefined
let stdio: readonly number[] | undefined

/** The signal mask that bunc was started with. */
export function callersMask(): Uint8Array {
  mask ??= here(signalMask('BLOCK', new Uint8Array(SIGNAL_SET_SIZE)))
  return mask
}

/**
 * Which of stdin, stdout and stderr bunc was started without. Bun puts files of its own in the place of closed ones; they
 * are CLOEXEC, which no inherited file can be.
 */
export function closedStdio(): readonly number[] {
  stdio ??= [0, 1, 2].filter((number) => here(closesOnExec(inherited(number, `stdio ${number}`))))
  return stdio
}

/** Forgets both: they are asked for again, in a process with another caller. */
export function forgetCaller(): void {
  mask = undefined
  stdio = undefined
}
