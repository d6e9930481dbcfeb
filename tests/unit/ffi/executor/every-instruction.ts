// A program that makes no sense and uses everything: each instruction of the assembler on each register, with numbers at
// the ends of what it accepts.

import type { Assembler, Register } from '#ffi/executor/assembler.ts'
import type { AssemblerX64 } from '#ffi/executor/assembler-x64.ts'

/** All registers by name; some are the same one on an architecture. */
export const REGISTERS: readonly Register[] = [
  ...(['request', 'reply', 'index', 'entry', 'slot', 'seen', 'number', 'result', 'temp'] as const),
  ...(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5'] as const),
]

/** Numbers that fit into one instruction, and those that need two. */
const CONSTANTS = [0, 1, 255, 4096, 65535, 65536, 0x1234_5678, 0x7fff_ffff, -1, -4096, -65536]
const WIDTHS = [8, 16, 32, 64] as const

/** Writes the program. */
export function everyInstruction(asm: Assembler): void {
  asm.label('first')
  asm.enter('')
  for (const register of REGISTERS) onRegister(asm, register)
  for (const base of REGISTERS) onMemory(asm, base)
  asm.pause('')
  asm.trap('')
  asm.systemCall('')
  asm.jump('first', '')
  asm.jump('last', '')
  asm.call('first', '')
  asm.call('last', '')
  asm.back('')
  asm.leave('')
  asm.label('word')
  asm.word(0x1234_5678, '')
  asm.label('last')
  asm.back('')
}

function onRegister(asm: Assembler, register: Register): void {
  // A conditional jump reaches 32 KiB on AArch64.
  asm.label(`near_${register}`)
  for (const other of REGISTERS) {
    asm.move(register, other, '')
    asm.add(register, other, '')
    asm.jumpIfEqual(register, other, 'last', '')
  }
  for (const constant of CONSTANTS) asm.set(register, constant, '')
  for (const constant of [0, 1, 8, 4095, -1, -4095]) asm.add(register, constant, '')
  for (const count of [1, 3, 31, 63]) asm.shiftLeft(register, count, '')
  asm.negate(register, '')
  asm.loadWord(register, 'word', '')
  asm.address(register, 'first', '')
  asm.jumpIfZero(register, 'first', '')
  asm.jumpIfNegative(register, `near_${register}`, '')
}

function onMemory(asm: Assembler, base: Register): void {
  for (const register of REGISTERS) {
    for (const bits of WIDTHS) for (const offset of [0, 8, 4088]) asm.load(bits, register, { base, offset }, '')
    for (const bits of [32, 64] as const)
      for (const offset of [0, 8, 4088]) asm.store(bits, register, { base, offset }, '')
    asm.loadAcquire(register, base, '')
    asm.storeRelease(register, base, '')
  }
}

/** Writes those that x86-64 alone has. */
export function everyInstructionOfX64(asm: AssemblerX64): void {
  for (const register of REGISTERS) {
    asm.stackTo(register, '')
    for (const offset of [0, 8, 4088]) {
      asm.storeStack({ base: register, offset }, '')
      asm.loadStack({ base: register, offset }, '')
    }
    asm.jumpTo(register, '')
    for (const other of REGISTERS) asm.exclusiveOr(register, other, '')
  }
  asm.identify('')
  asm.enabledStates('')
}
