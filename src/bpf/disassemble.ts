// BPF programs as text that a reviewer can read: one line per instruction, with the numbers of the instructions that
// jumps lead to. Whoever knows what the words of the input mean gives them their names.

import { CLASSIC } from './classic.ts'
import { EXTENDED } from './extended.ts'

const BYTES_PER_INSTRUCTION = 8

/** Names for what a classic program reads and returns. */
export interface Names {
  readonly word?: (offset: number) => string
  readonly result?: (value: number) => string
}

const COMPARISONS = new Map<number, string>([
  [CLASSIC.IF_EQUAL, 'jeq'],
  [CLASSIC.IF_GREATER, 'jgt'],
  [CLASSIC.IF_AT_LEAST, 'jge'],
])

/** Takes the bytes of a classic program, gives its lines: `  4  jge  #134          5, 17`. */
export function disassembleClassic(program: Uint8Array, names: Names = {}): readonly string[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength)
  return instructions(program, (at, i) => {
    const code = view.getUint16(at, true)
    const k = view.getUint32(at + 4, true)
    const comparison = COMPARISONS.get(code)
    if (comparison !== undefined) {
      const targets = `${i + 1 + view.getUint8(at + 2)}, ${i + 1 + view.getUint8(at + 3)}`
      return `${comparison}  ${`#${shown(k)}`.padEnd(13)} ${targets}`
    }
    if (code === CLASSIC.LOAD_WORD) return `ld   ${names.word?.(k) ?? `[${k}]`}`
    if (code === CLASSIC.AND) return `and  #${shown(k)}`
    if (code === CLASSIC.JUMP) return `ja   ${i + 1 + k}`
    if (code === CLASSIC.RETURN) return `ret  ${names.result?.(k) ?? `#${shown(k)}`}`
    return `?    code ${shown(code)}, k ${shown(k)}`
  })
}

/** Takes the bytes of an extended program, gives its lines: `  6  if w4 != 1 goto 12`. w is the lower half of r. */
export function disassembleExtended(program: Uint8Array): readonly string[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength)
  return instructions(program, (at, i) => {
    const opcode = view.getUint8(at)
    const to = view.getUint8(at + 1) & 0xf
    const from = view.getUint8(at + 1) >> 4
    const offset = view.getInt16(at + 2, true)
    const imm = view.getInt32(at + 4, true)
    const target = i + 1 + offset
    if (opcode === EXTENDED.LOAD_WORD) return `r${to} = *(u32 *)(r${from} + ${offset})`
    if (opcode === EXTENDED.SET) return `w${to} = ${imm}`
    if (opcode === EXTENDED.AND) return `w${to} &= ${shown(imm >>> 0)}`
    if (opcode === EXTENDED.SHIFT_RIGHT) return `w${to} >>= ${imm}`
    if (opcode === EXTENDED.EQ) return `if w${to} == ${imm} goto ${target}`
    if (opcode === EXTENDED.NE) return `if w${to} != ${imm} goto ${target}`
    if (opcode === EXTENDED.ANY_BIT) return `if w${to} & ${shown(imm >>> 0)} goto ${target}`
    if (opcode === EXTENDED.EXIT) return 'exit'
    return `? opcode ${shown(opcode)}`
  })
}

function instructions(program: Uint8Array, line: (at: number, i: number) => string): readonly string[] {
  return Array.from(
    { length: program.length / BYTES_PER_INSTRUCTION },
    (_, i) => `${String(i).padStart(3)}  ${line(i * BYTES_PER_INSTRUCTION, i).trimEnd()}`,
  )
}

/** Small numbers as people count, bit patterns as bits. */
function shown(value: number): string {
  return value < 0x1_0000 ? String(value) : `0x${value.toString(16)}`
}
