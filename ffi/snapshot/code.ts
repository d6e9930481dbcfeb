// The program that wakes a snapshot, assembled.

import type { ListedCode } from '../executor/assembler.ts'
import { assembleX64 } from '../executor/assembler-x64.ts'
import { X64 } from '../numbers/x64.ts'
import { writeSnapshotProgram } from './program.ts'

/** Gives the code, which needs what comes after its label `request`: see segmentOf of copy.ts. */
export function snapshotCode(): ListedCode {
  const asm = assembleX64()
  writeSnapshotProgram(asm, X64)
  return asm.finish()
}
