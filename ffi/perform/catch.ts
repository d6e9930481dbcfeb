// Catches signals that are meant for somebody else. Not with signalfd(2): it needs them blocked in every thread, and Bun
// has threads of which nobody knows when they begin.

import { pipe } from '../calls/descriptor.ts'
import { handleSignal, isIgnored, type Signal } from '../calls/signal.ts'
import type { Fd } from '../fd.ts'
import { here } from './here.ts'
import { native } from '../executor/native.ts'

let caught: Fd | undefined

/**
 * Has signals written into a pipe, a byte with the number of each, instead of ending this process. Gives the end to read
 * from, the same one at every call; it does not block. A signal that bunc's caller ignores stays ignored.
 */
export function catchSignals(signals: readonly Signal[]): Fd {
  if (caught !== undefined) return caught
  const [reading, writing] = here(pipe(['CLOEXEC', 'NONBLOCK']))
  native.patch('signals', writing.release())
  const handler = { address: native.addressOf('signalled'), restorer: native.addressOf('restore') }
  for (const signal of signals) if (!here(isIgnored(signal))) here(handleSignal(signal, handler))
  caught = reading
  return reading
}
