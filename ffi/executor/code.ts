// The executor for the machine that bunc runs on: which assembler, which numbers, assembled once.

import type { ListedCode } from './assembler.ts'
import { assembleArm64 } from './assembler-arm64.ts'
import { assembleX64 } from './assembler-x64.ts'
import { ARM64 } from '../numbers/arm64.ts'
import { X64 } from '../numbers/x64.ts'
import { writeProgram } from './program.ts'

/** Takes an architecture by Bun's name, gives the executor's code for it. */
export function assemble(machine: 'x64' | 'arm64'): ListedCode {
  const asm = machine === 'x64' ? assembleX64() : assembleArm64()
  writeProgram(asm, machine === 'x64' ? X64 : ARM64)
  return asm.finish()
}
