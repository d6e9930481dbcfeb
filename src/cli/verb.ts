// What every verb gets and gives. A verb is thin: it turns an invocation into the options of one use-case of
// src/container, and the result into text.

import type { Kernel } from '#ffi/perform/kernel.ts'
import type { program } from './commands.ts'
import type { Invocation } from './grammar.ts'

/** A command line that was understood. */
export type Invoked = Invocation<typeof program>

/** The invocation of one command. */
export type Of<Name extends Invoked['command']> = Extract<Invoked, { readonly command: Name }>

/** The world of a verb. */
export interface World {
  readonly kernel: Kernel
  /** Where containers are kept: an absolute path. */
  readonly store: string
  /** The current directory when bunc was started: an absolute path. */
  readonly cwd: string
  readonly print: (text: string) => void
  /** Tells what went wrong without changing the result. */
  readonly warn: (error: unknown) => void
}

/** Does the work of a command, gives the exit code. */
export type Verb<Name extends Invoked['command']> = (world: World, invocation: Of<Name>) => number | Promise<number>
