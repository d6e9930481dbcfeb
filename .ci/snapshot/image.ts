// The executable that has the program of snapshot/program.ts: Bun's, with one segment more, which begins first. The header
// of its notes makes room for that of the segment: nothing reads them in a process, and no byte of the file moves.

import { PAGE } from '#ffi/snapshot/copy.ts'
import { PROGRAM_AT, PROGRAM_SIZE } from '#ffi/snapshot/layout.ts'

const ENTRY_AT = 24
const HEADERS_AT = 32
const HEADER_SIZE_AT = 54
const HEADER_COUNT_AT = 56
const PT_LOAD = 1
const PT_NOTE = 4
const READ_EXECUTE = 5

/** Where an ELF executable begins: e_entry of elf(5). */
export function entryOf(executable: Buffer): number {
  return Number(executable.readBigUInt64LE(ENTRY_AT))
}

/** Takes how many bytes an executable has, gives where in the file with the program the copied memory begins. */
export function memoryStart(size: number): number {
  return programStart(size) + PROGRAM_SIZE
}

function programStart(size: number): number {
  return Math.ceil(size / PAGE) * PAGE
}

/** Takes an executable, the program's segment, which begins with the code to execute first, and the copied memory. */
export function withProgram(executable: Buffer, segment: Uint8Array, memory: readonly Uint8Array[]): Buffer {
  if (segment.length !== PROGRAM_SIZE) throw new Error(`Cannot add ${segment.length} bytes: not ${PROGRAM_SIZE}`)
  const start = programStart(executable.length)
  const image = Buffer.concat([executable, Buffer.alloc(start - executable.length), segment, ...memory])
  const header = noteHeader(image)
  image.writeUInt32LE(PT_LOAD, header)
  image.writeUInt32LE(READ_EXECUTE, header + 4)
  const fields = [start, PROGRAM_AT, PROGRAM_AT, PROGRAM_SIZE, PROGRAM_SIZE, PAGE]
  for (const [i, value] of fields.entries()) image.writeBigUInt64LE(BigInt(value), header + 8 + 8 * i)
  image.writeBigUInt64LE(BigInt(PROGRAM_AT), ENTRY_AT)
  return image
}

function noteHeader(image: Buffer): number {
  const first = Number(image.readBigUInt64LE(HEADERS_AT))
  const size = image.readUInt16LE(HEADER_SIZE_AT)
  for (let i = 0; i < image.readUInt16LE(HEADER_COUNT_AT); i++)
    if (image.readUInt32LE(first + i * size) === PT_NOTE) return first + i * size
  throw new Error('Cannot add a segment to the executable: it has no header to spare')
}
