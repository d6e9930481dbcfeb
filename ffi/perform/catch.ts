// Catches signals that are meant for somebody else. Not with signalfd(2): it needs them blocked in every thread, and Bun
// has threads of which nobody knows when they begin.

import { pipe } from '../calls/descriptor.ts'
import { defaultAction, handleSignal, isIgnored, type Signal } from '../calls/signal.ts'
import type { Fd } from '../fd.ts'
import { here } from './here.ts'
import { native } from '../executor/native.ts'

interface Caught {
  readonly signals: readonly Signal[]
  readonly reading: Fd
  readonly writing: Fd
}

let caught: Caught | undefined

/**
 * Has signals written into a pipe, a byte with the number of each, instead of ending this process. Gives the end to read
 * from, the same one at every call; it does not block. A signal that bunc's caller ignores stays ignored.
 */
export function catchSignals(signals: readonly Signal[]): Fd {
  if (caught !== undefined) return caught.reading
  const [reading, writing] = here(pipe(['CLOEXEC', 'NONBLOCK']))
  native.patch('signals', writing.number)
  const handler = { address: native.addressOf('signalled'), restorer: native.addressOf('restore') }
  const heard = signals.filter((signal) => !here(isIgnored(signal)))
  for (const signal of heard) here(handleSignal(signal, handler))
  caught = { signals: heard, reading, writing }
  return reading
}

/** Undoes that: the signals do what they do by default. */
export function uncatchSignals(): void {
  if (caught === undefined) return
  for (const signal of caught.signals) here(defaultAction(signal))
  using _reading = caught.reading
  using _writing = caught.writing
  caught = undefined
}
