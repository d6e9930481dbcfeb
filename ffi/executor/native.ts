// The executor's code as functions of this process, and as the program file that a task runs. Assembled once, when the
// first call is made.

import { MACHINE } from '../machine.ts'
import { callable, type Functions } from '../libc.ts'
import { assemble } from './code.ts'
import { elfFile, setArena } from './elf.ts'

const code = assemble(MACHINE)

/** The executor's functions, callable. */
export const native: Functions = callable(code.bytes, (label) => code.offsetOf(label))

/** Takes the number of an arena's descriptor, gives the program file of a task that maps it. */
export function executorFile(arena: number): Uint8Array<ArrayBuffer> {
  const file = elfFile(code, MACHINE)
  setArena(file, code, arena)
  return file
}
