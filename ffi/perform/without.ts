// An older kernel: the named calls are answered with ENOSYS, as a kernel without them would.

import type { SyscallName } from '../call.ts'
import { refused } from './failing.ts'
import { type Decorator, wrapped } from './kernel.ts'

/** Takes names of calls, gives the decorator of a kernel that does not have them. */
export function without(names: readonly SyscallName[]): Decorator {
  return (sys, where) =>
    wrapped(sys, (call) => (names.includes(call.name) ? refused(sys, where, call, 'ENOSYS') : sys(call)))
}
