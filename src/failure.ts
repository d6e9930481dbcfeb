// Errors that people read. A Failure is one sentence about what cannot be done and why; where it happened is known from
// what was under way (ffi/context.ts). Handle an error or let it pass: nothing here is both logged and thrown.

import { underWay } from '#ffi/context.ts'
import { errnoSentence } from '#ffi/errno.ts'
import { SyscallError } from '#ffi/error.ts'
import { TaskDied } from '#ffi/perform/task.ts'

/** What an error was while something was known of it alone. */
interface Origin {
  readonly actions: readonly string[]
  readonly cause?: SyscallError
}

/** A problem that is no failed system call: bad input, a state that does not allow it. */
export class Failure extends Error {
  override readonly name = 'Failure'
  /** What was being done, outermost first. */
  readonly actions: readonly string[]
  /** What would mend it, when that is known. */
  readonly hint: string | undefined

  /** `origin`: an error that this one says in more words. */
  constructor(message: string, hint?: string, origin: Origin = { actions: underWay() }) {
    super(message, { cause: origin.cause })
    this.actions = origin.actions
    this.hint = hint
  }
}

/** A program that the kernel would not execute. Whoever can look at its file may find out more (`because`). */
export class NotExecuted extends Failure {
  readonly program: Unexecuted

  constructor(program: Unexecuted, why?: { reason: string; hint?: string; actions: readonly string[] }) {
    const { path, errno } = program
    const reason = why === undefined ? '' : `: ${why.reason}`
    const hint = why === undefined ? EXEC_HINTS[errno] : why.hint
    super(`exec "${path}": ${errnoSentence(errno)}${reason}`, hint, why)
    this.program = program
  }

  /** The same error with its reason, as the end of its sentence, and what mends it. */
  because({ reason, hint }: { reason: string; hint?: string }): NotExecuted {
    return new NotExecuted(this.program, { reason, actions: this.actions, ...(hint === undefined ? {} : { hint }) })
  }
}

/** A program that was to be executed. */
export interface Unexecuted {
  readonly path: string
  /** Name of the errno. */
  readonly errno: string
  /** Whose path it is. */
  readonly side: 'container' | 'host'
}

const EXEC_HINTS: { readonly [errno: string]: string } = {
  ENOEXEC: 'the file is no program of this architecture and no script with a "#!" line',
  ENOENT: 'the file is missing, or its interpreter (the "#!" line, or the dynamic loader)',
  E2BIG:
    'one argument or variable may have 128 KiB; all of them together a quarter of RLIMIT_STACK, which process.rlimits sets',
  EPERM: 'a seccomp profile that refuses execve, or a security module, is behind this',
  ETXTBSY: 'somebody has the file open for writing',
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
