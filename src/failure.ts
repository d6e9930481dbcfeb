// Errors that people read. A Failure is one sentence about what cannot be done and why; where it happened is known from
// what was under way (ffi/context.ts). Handle an error or let it pass: nothing here is both logged and thrown.

import { underWay } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { TaskDied } from '#ffi/perform/task.ts'

/** A problem that is no failed system call: bad input, a state that does not allow it. */
export class Failure extends Error {
  override readonly name = 'Failure'
  /** What was being done, outermost first. */
  readonly actions: readonly string[]
  /** What would mend it, when that is known. */
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.actions = underWay()
    this.hint = hint
  }
}

/**
 * Takes anything thrown, gives the one line for it: "Cannot create container "web": cannot mount "proc" on "/proc":
 * fsmount(…) = EPERM (operation not permitted)". Where a clean-up failed as well, the cause comes first.
 */
export function sentence(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(sentence).join('; then: ')
  if (error instanceof SyscallError || error instanceof Failure) return chain(error.actions, error.message)
  if (error instanceof TaskDied) return chain([], error.message)
  return `Internal fault, please report it: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
}

function chain(actions: readonly string[], message: string): string {
  const phrases = actions.map((action, i) => (i === 0 ? `Cannot ${action}` : `cannot ${action}`))
  return [...phrases, message].join(': ')
}
