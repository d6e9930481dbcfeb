// Programs of the host by which an engine is spoken to: its client, and systemctl.

import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { Failure } from '#src/failure.ts'
import { found } from '#src/process/found.ts'
import { runProgram } from '#src/program.ts'

/** Where programs are run, and who is told about it. */
export interface Host {
  readonly kernel: Kernel
  /** Where programs are looked for: PATH of the environment. */
  readonly path: string | undefined
  /** Told what is being done, for a person who waits. */
  readonly show: (text: string) => void
}

/** A program and its arguments. */
export type Argv = readonly [name: string, ...args: readonly string[]]

/** What a program gets, and how it has to end: with exit status 0 where nothing is said. */
export interface Asking {
  readonly input?: Uint8Array
  readonly expected?: number
}

/** An engine that has much to do takes seconds; what takes longer hangs. */
const TIMEOUT = 60

/** Runs a program to its end, gives what it printed. Throws a Failure with that where it does not end as expected. */
export function ask({ kernel, path }: Host, argv: Argv, { input, expected = 0 }: Asking = {}): string {
  return doing(`run "${argv.join(' ')}"`, () => {
    const file = found(kernel.here, argv[0], path)
    if (file === undefined) throw new Failure(`"${argv[0]}" is not found`)
    // Nothing of the user's own settings: they may lead to another host, and to other files than those that were changed.
    const env = [...(path === undefined ? [] : [`PATH=${path}`]), 'HOME=/root', 'LC_ALL=C']
    const run = { input: input ?? '', timeout: TIMEOUT, start: kernel.start, expected }
    return runProgram(kernel, { path: file, args: argv, env }, run)
  })
}

/** Runs a program to its end, says whether that was with exit status 0. */
export function succeeds(host: Host, argv: Argv): boolean {
  try {
    ask(host, argv)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}
