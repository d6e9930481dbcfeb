// The hooks of one point of the lifecycle: programs that get the container's state on stdin.

import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { Hook, HookKind } from '#src/config/schema/hooks.ts'
import { NotExecuted } from '#src/failure.ts'
import { runProgram, type Starter } from '#src/program.ts'

/** The hooks of one point of the lifecycle and what they are given. */
export interface HookRun {
  readonly kind: HookKind
  readonly hooks: readonly Hook[]
  /** The container's state as runtime.md describes it, as JSON. */
  readonly state: string
  readonly start: Starter
}

/** Runs the hooks one after the other. Throws a Failure at the first that fails, with what it printed. */
export function runHooks(kernel: Kernel, { kind, hooks, state, start }: HookRun): void {
  for (const [i, { path, args, env, timeout }] of hooks.entries())
    doing(`run hooks.${kind}[${i}], "${path}"`, () => {
      try {
        runProgram(kernel, { path, args: args.length > 0 ? args : [path], env }, { input: state, timeout, start })
      } catch (error) {
        throw unexecuted(error, path, kind)
      }
    })
}

/** One that could not even be executed is told as any other program. Its path is one of the host, as config.md has it. */
function unexecuted(error: unknown, path: string, kind: HookKind): unknown {
  const errno = error instanceof NotExecuted ? error.program.errno : isExecve(error) ? error.errno : undefined
  if (errno === undefined) return error
  return new NotExecuted({ path, errno, side: kind === 'startContainer' ? 'container' : 'host' })
}

function isExecve(error: unknown): error is SyscallError {
  return error instanceof SyscallError && error.syscall === 'execveat'
}
