// Signals: sigaction(2), sigprocmask(2), signalfd(2), kill(2), pidfd_send_signal(2). Numbers are the same on both architectures.

import { hidden, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { constant, descriptor, filled, integer, nothing, oneOf, room, structure } from '../kinds.ts'
import { SIGNAL } from '../numbers/signal.ts'
import { struct } from '../struct.ts'

/** A signal by its kernel name. */
export type Signal = keyof typeof SIGNAL

/** The kernel's sigset_t: one bit per signal. */
export const SIGNAL_SET_SIZE = 8
const NUMBER_OF_SIGNALS = 64

/** Takes signals by name, gives the set of them. */
export function signalSet(signals: readonly Signal[]): Uint8Array<ArrayBuffer> {
  let set = 0n
  for (const name of signals) set |= 1n << BigInt(SIGNAL[name] - 1)
  const bytes = new Uint8Array(SIGNAL_SET_SIZE)
  new DataView(bytes.buffer).setBigUint64(0, set, true)
  return bytes
}

/** Every signal that can be blocked. */
export const EVERY_SIGNAL = new Uint8Array(SIGNAL_SET_SIZE).fill(0xff)

/** Takes a signal as people write it (TERM, SIGTERM, sigterm, 15), gives its number; undefined when there is none. */
export function signalNumber(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name) <= NUMBER_OF_SIGNALS ? Number(name) : undefined
  const upper = name.toUpperCase()
  const kernel = upper.startsWith('SIG') ? upper : `SIG${upper}`
  const found = Object.entries(SIGNAL).find(([known]) => known === kernel)
  return found?.[1] ?? realTime(kernel)
}

/** SIGRTMIN+n and SIGRTMAX-n as kill(1) of procps names them: glibc keeps the first two for itself. */
function realTime(name: string): number | undefined {
  const [, end, offset] = /^SIGRT(MIN(?=\+|$)|MAX(?=-|$))(?:[+-](\d+))?$/.exec(name) ?? []
  if (end === undefined) return undefined
  const number = end === 'MIN' ? 34 + Number(offset ?? 0) : NUMBER_OF_SIGNALS - Number(offset ?? 0)
  return number >= 34 && number <= NUMBER_OF_SIGNALS ? number : undefined
}

/** Takes the number of a signal, gives its kernel name, or the number itself as text. */
export function signalName(number: number): string {
  return Object.entries(SIGNAL).find(([, value]) => value === number)?.[0] ?? String(number)
}

const SIGACTION = struct({ handler: 'u64', flags: 'u64', restorer: 'u64', mask: 'u64' })
/** With SIG_DFL it is all zeros. */
const SIGACTION_SIZE = SIGACTION.size

/** sigaction(2) with SIG_DFL: what an ignored signal must be put back to before execve(2), which keeps SIG_IGN. */
export const defaultAction = syscall<[signal: Signal], void>(
  'rt_sigaction',
  [
    oneOf(SIGNAL),
    structureOf(new Uint8Array(SIGACTION_SIZE), 'SIG_DFL'),
    constant(0, 'NULL'),
    constant(SIGNAL_SET_SIZE),
  ],
  nothing,
)

/** sigprocmask(2): blocks, unblocks or replaces, and gives the mask as it was. */
export const signalMask = syscall<[how: 'BLOCK' | 'UNBLOCK' | 'SETMASK', set: Uint8Array], Uint8Array>(
  'rt_sigprocmask',
  [oneOf({ BLOCK: 0, UNBLOCK: 1, SETMASK: 2 }), structure, room(SIGNAL_SET_SIZE), constant(SIGNAL_SET_SIZE)],
  filled((view) => new Uint8Array(view.buffer)),
)

/** sigprocmask(2) with SIG_SETMASK, which gives nothing, for a batch to queue. */
export const setSignalMask = syscall<[set: Uint8Array], void>(
  'rt_sigprocmask',
  [constant(2, 'SETMASK'), structure, constant(0, 'NULL'), constant(SIGNAL_SET_SIZE)],
  nothing,
)

const SA_RESTART = 0x1000_0000
const SA_RESTORER = 0x0400_0000

/** Machine code that handles a signal, and that returns from handling it. */
export interface Handler {
  readonly address: number
  readonly restorer: number
}

/** sigaction(2): has machine code handle a signal; calls that it interrupts go on afterwards. */
export const handleSignal = syscall<[signal: Signal, handler: Handler], void>(
  'rt_sigaction',
  [
    oneOf(SIGNAL),
    {
      encode: ({ address, restorer }: Handler, memory) =>
        memory.structure(SIGACTION, { handler: address, flags: SA_RESTART | SA_RESTORER, restorer }),
      show: () => '{handler}',
    },
    constant(0, 'NULL'),
    constant(SIGNAL_SET_SIZE),
  ],
  nothing,
)

/** sigaction(2): whether a signal is ignored, as nohup(1) has it. */
export const isIgnored = syscall<[signal: Signal], boolean>(
  'rt_sigaction',
  [oneOf(SIGNAL), constant(0, 'NULL'), room(SIGACTION_SIZE), constant(SIGNAL_SET_SIZE)],
  filled((view) => view.getBigUint64(0, true) === SIG_IGN),
)

const SIG_IGN = 1n

/** kill(2); a negative pid is a process group. Signal 0 only asks whether it is there. */
export const kill = syscall<[pid: number, signal: number], void>('kill', [integer, signalKind()], nothing)

/** pidfd_send_signal(2) (5.1): the process that the pidfd was opened for, never one that took over its pid. */
export const pidfdSendSignal = syscall<[pidfd: Fd, signal: number], void>(
  'pidfd_send_signal',
  [descriptor, signalKind(), constant(0, 'NULL'), constant(0)],
  nothing,
)

function signalKind() {
  return { encode: (signal: number) => signal, show: signalName }
}

function structureOf(bytes: Uint8Array, shown: string) {
  return hidden((memory) => memory.bytes(bytes), shown)
}
