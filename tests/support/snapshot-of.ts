// Whether an executable has a snapshot, and where in the file the request area is that wakes it.

import { assembleX64 } from '#ffi/executor/assembler-x64.ts'
import { REQUEST } from '#ffi/executor/layout.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { PROGRAM_AT } from '#ffi/snapshot/layout.ts'
import { writeSnapshotProgram } from '#ffi/snapshot/program.ts'

const PT_LOAD = 1

/** Takes an executable, gives the offset of its request area; undefined where it has no snapshot. */
export function requestIn(image: Buffer): number | undefined {
  const first = Number(image.readBigUInt64LE(32))
  const size = image.readUInt16LE(54)
  const headers = Array.from({ length: image.readUInt16LE(56) }, (_, i) => first + i * size)
  const header = headers.find(
    (at) => image.readUInt32LE(at) === PT_LOAD && image.readBigUInt64LE(at + 16) === BigInt(PROGRAM_AT),
  )
  if (header === undefined) return undefined
  const asm = assembleX64()
  writeSnapshotProgram(asm, X64)
  const request = Number(image.readBigUInt64LE(header + 8)) + asm.finish().offsetOf('request')
  return image.readUInt32LE(request + REQUEST.count) === 0 ? undefined : request
}
