// A filter as text for a reviewer: the instructions with the names that struct seccomp_data and the results have.

import { disassembleClassic } from '#src/bpf/disassemble.ts'
import { describeVerdict } from './actions.ts'
import { ARCHITECTURE, NUMBER } from './conditions.ts'

const ARGUMENTS = 16

/** Takes the bytes of a filter for a little-endian machine, gives one line per instruction. */
export function listing(program: Uint8Array): readonly string[] {
  return disassembleClassic(program, { word, result })
}

function word(offset: number): string {
  if (offset === NUMBER) return 'number'
  if (offset === ARCHITECTURE) return 'architecture'
  if (offset < ARGUMENTS) return `[${offset}]`
  return `args[${(offset - ARGUMENTS) >> 3}] ${(offset & 4) === 0 ? 'lower' : 'upper'} half`
}

function result(value: number): string {
  const { action, errno } = describeVerdict(value)
  return errno === undefined ? action : `${action} ${errno}`
}
