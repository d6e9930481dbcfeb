// A program that does nothing but end, as a file: what a container can run that has no other file. A container that gives
// its exit status has executed it, and not something else.

import type { Assembler } from './executor/assembler.ts'
import { assembleArm64 } from './executor/assembler-arm64.ts'
import { assembleX64 } from './executor/assembler-x64.ts'
import { elfFile } from './executor/elf.ts'
import { MACHINE } from './machine.ts'
import { ARM64 } from './numbers/arm64.ts'
import { X64 } from './numbers/x64.ts'

/** Takes an exit status, gives the bytes of a static executable of this machine, or of the one named, that ends with it. */
export function exitProgram(status: number, machine: 'x64' | 'arm64' = MACHINE): Uint8Array<ArrayBuffer> {
  const asm = machine === 'x64' ? assembleX64() : assembleArm64()
  writeExit(asm, status, (machine === 'x64' ? X64 : ARM64).exit_group)
  return elfFile(asm.finish(), machine)
}

function writeExit(asm: Assembler, status: number, exitGroup: number): void {
  asm.label('start')
  asm.set('a0', status, 'exit status')
  asm.set('number', exitGroup, 'exit_group')
  asm.systemCall('never returns')
}
