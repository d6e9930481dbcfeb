// Every instruction of the executor, as a disassembler reads it: the bytes mean what the listing says.

import { describe, expect, test } from 'bun:test'

import type { ListedCode } from '#ffi/executor/assembler.ts'
import { assembleArm64 } from '#ffi/executor/assembler-arm64.ts'
import { assembleX64 } from '#ffi/executor/assembler-x64.ts'
import { assemble } from '#ffi/executor/code.ts'
import { compare, disassemblerFor, missingDisassembler } from './disassembler.ts'
import { everyInstruction, everyInstructionOfX64 } from './every-instruction.ts'
import { type MachineName, MACHINES } from './listing.ts'

function everyInstructionOn(machine: MachineName): ListedCode {
  if (machine === 'arm64') {
    const asm = assembleArm64()
    everyInstruction(asm)
    return asm.finish()
  }
  const asm = assembleX64()
  everyInstruction(asm)
  everyInstructionOfX64(asm)
  return asm.finish()
}

for (const machine of MACHINES) {
  const missing = disassemblerFor(machine) === undefined ? ` [skipped: ${missingDisassembler(machine)}]` : ''
  const declare = missing === '' ? describe : describe.skip
  declare(`on ${machine}${missing}`, () => {
    test('the program is what its listing says', () => {
      const compared = compare(machine, assemble(machine))
      expect(compared.length).toBeGreaterThan(250)
      expect(compared.map(({ theirs }) => theirs)).toEqual(compared.map(({ ours }) => ours))
    })

    test('so is every other instruction that can be written, on every register', () => {
      const compared = compare(machine, everyInstructionOn(machine))
      expect(compared.length).toBeGreaterThan(500)
      expect(compared.map(({ theirs }) => theirs)).toEqual(compared.map(({ ours }) => ours))
    })
  })
}
