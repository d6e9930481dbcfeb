// Makes the n-th call fail with an errno, so that a test can break every step of every command.

import { type Call, type Sys, tolerates, type Where } from '../call.ts'
import type { Errno } from '../errno.ts'
import { SyscallError } from '../error.ts'
import { ERRNO } from '../numbers/errno.ts'
import { absent } from './here.ts'
import { type Decorator, wrapped } from './kernel.ts'

/**
 * Takes which call fails, counted from 1 over all performers, and how. Gives the decorator, and how many calls have been
 * asked for so far, so that a test knows when it has gone through all.
 */
export function failing(nth: number, errno: Errno): { decorator: Decorator; asked(): number } {
  let asked = 0
  const decorator: Decorator = (sys, where) =>
    wrapped(sys, (call) => {
      asked += 1
      return asked === nth ? refused(sys, where, call, errno) : sys(call)
    })
  return { decorator, asked: () => asked }
}

/** What happens to a call that the kernel refuses: nothing when its caller declared that harmless, else a SyscallError. */
export function refused<R, W extends Where>(sys: Sys<W>, where: string, call: Call<R, W>, errno: Errno): R {
  // What was asked for before it has happened before it.
  sys.flush()
  call.settled?.(-ERRNO[errno])
  if (tolerates(call, errno)) return absent(call, { where, flush: () => {}, close: () => {} })
  throw new SyscallError({ syscall: call.name, call: call.show(), errno: ERRNO[errno], where })
}
