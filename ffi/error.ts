// A system call that failed: which one, with which arguments, why, where, and as part of what. Made in one place, by
// the performer that saw the result, and never turned into a string before it reaches the person who reads it.

import { underWay } from './context.ts'
import { errnoName, errnoSentence } from './errno.ts'

/** Thrown by every performer for every failure that the caller did not declare harmless. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError'
  /** Kernel name of the call. */
  readonly syscall: string
  /** Name of the errno. */
  readonly errno: string
  /** The call as strace would show it, without its result. */
  readonly call: string
  /** `here`, or which task. */
  readonly where: string
  /** What was being done, outermost first. */
  readonly actions: readonly string[]

  constructor(failure: { syscall: string; call: string; errno: number; where: string; actions?: readonly string[] }) {
    const errno = errnoName(failure.errno)
    super(
      `${failure.call} = ${errno} (${errnoSentence(errno)})${failure.where === 'here' ? '' : ` in ${failure.where}`}`,
    )
    this.syscall = failure.syscall
    this.errno = errno
    this.call = failure.call
    this.where = failure.where
    this.actions = failure.actions ?? underWay()
  }
}

/** Takes anything thrown and errnos by name, says whether it is a system call that failed with one of them. */
export function failedWith(error: unknown, ...errnos: readonly string[]): error is SyscallError {
  return error instanceof SyscallError && errnos.includes(error.errno)
}
