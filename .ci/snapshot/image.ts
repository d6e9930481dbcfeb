// The executable that has the program of snapshot/program.ts: Bun's, with one segment more, which begins first. The header
// of its notes makes room for that of the segment: nothing reads them in a process, and no byte of the file moves.

import { ELF_LAYOUT } from '#ffi/numbers/elf.ts'
import { PAGE } from '#ffi/snapshot/copy.ts'
import { PROGRAM_AT, PROGRAM_SIZE } from '#ffi/snapshot/layout.ts'

const ENTRY_AT = 24
/** p_vaddr, in a program header. */
const ADDRESS_AT = 16
const LAYOUT = ELF_LAYOUT[64]
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
  const header = programHeaders(image).find((at) => image.readUInt32LE(at) === PT_NOTE)
  if (header === undefined) throw new Error('Cannot add a segment to the executable: it has no header to spare')
  return header
}

/** The offset in the file of the program's segment; undefined where an executable has none. */
export function segmentIn(executable: Buffer): number | undefined {
  const ours = (at: number) => executable.readBigUInt64LE(at + ADDRESS_AT) === BigInt(PROGRAM_AT)
  const header = programHeaders(executable).find((at) => executable.readUInt32LE(at) === PT_LOAD && ours(at))
  return header === undefined ? undefined : Number(executable.readBigUInt64LE(header + LAYOUT.offset))
}

function programHeaders(image: Buffer): readonly number[] {
  const first = Number(image.readBigUInt64LE(LAYOUT.phoff))
  const size = image.readUInt16LE(LAYOUT.phentsize)
  return Array.from({ length: image.readUInt16LE(LAYOUT.phnum) }, (_, i) => first + i * size)
}
