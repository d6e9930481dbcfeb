// What the kernel keeps for a thread, and a copy of its memory does not hold: arch_prctl(2), get_robust_list(2),
// sigaltstack(2), and the signal actions of its process.

import { syscall } from '../call.ts'
import { constant, filled, integer, room } from '../kinds.ts'
import { SIGNAL_SET_SIZE } from './signal.ts'

const address = filled((view) => Number(view.getBigUint64(0, true)))
const bytes = filled((view) => new Uint8Array(view.buffer))

/** arch_prctl(ARCH_GET_FS): where libc keeps what belongs to the thread. x86-64 alone. */
export const threadPointer = syscall<[], number>('arch_prctl', [constant(0x1003, 'ARCH_GET_FS'), room(8)], address)

/** get_robust_list(2) of the caller: where the kernel finds the locks that its end must free. */
export const robustList = syscall<[], number>('get_robust_list', [constant(0), room(8), room(8)], address)

/** sigaltstack(2): the stack_t of the stack that signal handlers run on. */
export const alternateStack = syscall<[], Uint8Array>('sigaltstack', [constant(0, 'NULL'), room(24)], bytes)

/** sigaction(2): what happens at a signal, by number, as the kernel's sigaction. */
export const signalAction = syscall<[signal: number], Uint8Array>(
  'rt_sigaction',
  [integer, constant(0, 'NULL'), room(32), constant(SIGNAL_SET_SIZE)],
  bytes,
)
