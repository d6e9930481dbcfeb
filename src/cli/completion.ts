// Completion scripts for the shells, made from the command table. Loaded only when somebody asks.
// Each shell's syntax stands in its own file of completion/.

import { program } from './commands.ts'
import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { zshCompletion } from './completion/zsh.ts'
import type { Program } from './grammar.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

/** The shells for which there is a script. */
export type Shell = keyof typeof SHELLS

/** The script, to be sourced or installed where the shell looks for completions. */
export function completion(shell: Shell, table: Program = program): string {
  return SHELLS[shell](table)
}
