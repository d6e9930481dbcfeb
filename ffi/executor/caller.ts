// What bunc's caller had set for this process and Bun, or bunc itself, has changed since: a process that bunc makes gets
// it back.

import { SIGNAL_SET_SIZE, type Signal, signalMask, signalSet } from '../calls/signal.ts'
import { here } from '../perform/here.ts'

let mask: Uint8Array | undefined

/** The signal mask that bunc was started with. */
export function callersMask(): Uint8Array {
  mask ??= here(signalMask('BLOCK', new Uint8Array(SIGNAL_SET_SIZE)))
  return mask
}

/** Blocks signals in this process from now on; those that it makes have its caller's mask all the same. */
export function blockSignals(signals: readonly Signal[]): void {
  callersMask()
  here(signalMask('BLOCK', signalSet(signals)))
}
