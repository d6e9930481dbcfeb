// The executor's code as functions of this process, and as the program file that a task runs.

import { callable, type Functions } from '../libc.ts'
import { MACHINE } from '../machine.ts'
import { assembled } from './assembled.ts' with { type: 'macro' }
import type { Code } from './assembler.ts'
import { elfFile, setArena } from './elf.ts'

const { bytes, labels } = MACHINE === 'x64' ? assembled('x64') : assembled('arm64')

const code: Code = {
  bytes: new Uint8Array(bytes),
  offsetOf: (label) => {
    const offset = labels[label]
    if (offset === undefined) throw new RangeError(`Label "${label}" does not stand anywhere`)
    return offset
  },
}

/** The executor's functions, callable. */
export const native: Functions = callable(code.bytes, (label) => code.offsetOf(label))

/** Takes the number of an arena's descriptor, gives the program file of a task that maps it. */
export function executorFile(arena: number): Uint8Array<ArrayBuffer> {
  const file = elfFile(code, MACHINE)
  setArena(file, code, arena)
  return file
}
