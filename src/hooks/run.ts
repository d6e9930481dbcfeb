// The hooks of one point of the lifecycle: programs that get the container's state on stdin.

import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { Hook, HookKind } from '#src/config/schema/hooks.ts'
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
    doing(`run hooks.${kind}[${i}], "${path}"`, () =>
      runProgram(kernel, { path, args: args.length > 0 ? args : [path], env }, { input: state, timeout, start }),
    )
}
