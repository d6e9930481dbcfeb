// The executable that has the program of snapshot/program.ts: one with one segment more, which begins first. The header of
// its notes makes room for that of the segment: nothing reads them in a process, and no byte of the file moves.

import { readElf } from '#ffi/elf.ts'
import { MACHINE } from '#ffi/machine.ts'
import { ELF_LAYOUT, PT_INTERP, PT_LOAD, PT_NOTE, PT_NULL, PT_PHDR } from '#ffi/numbers/elf.ts'
import { HEADERS_OFFSET, PROGRAM_AT, PROGRAM_SIZE } from '#ffi/snapshot/layout.ts'
import { PAGE } from '#ffi/snapshot/numbers.ts'
import { Failure } from '#src/failure.ts'

const LAYOUT = ELF_LAYOUT[64]
const READ_EXECUTE = 5
/** Where in the segment it stands where the executable began before it had one. */
const ENTRY_OFFSET = PROGRAM_SIZE - 8

/** Where an ELF executable begins: e_entry of elf(5). */
export function entryOf(executable: Buffer): number {
  return Number(executable.readBigUInt64LE(LAYOUT.entry))
}

/** Where in memory an executable has the path of its loader. */
export function loaderOf(executable: Buffer): number {
  return Number(executable.readBigUInt64LE(headerOf(executable, PT_INTERP) + LAYOUT.vaddr))
}

/** Takes how many bytes an executable has, gives where in the file with the program the copied memory begins. */
export function memoryStart(size: number): number {
  return programStart(size) + PROGRAM_SIZE
}

/** Takes how many bytes an executable has, gives where in the file with the program that begins. */
export function programStart(size: number): number {
  return Math.ceil(size / PAGE) * PAGE
}

/** Takes an executable, the program's segment, which begins with the code to execute first, and the copied memory. */
export function withProgram(executable: Buffer, segment: Uint8Array, memory: readonly Uint8Array[]): Buffer {
  if (segment.length !== PROGRAM_SIZE) throw new RangeError(`Cannot add ${segment.length} bytes: not ${PROGRAM_SIZE}`)
  const start = programStart(executable.length)
  const image = Buffer.concat([executable, Buffer.alloc(start - executable.length), segment, ...memory])
  keepHeaders(image, start + HEADERS_OFFSET)
  image.copy(image, start + ENTRY_OFFSET, LAYOUT.entry, LAYOUT.entry + 8)
  // A process that begins as a copy has no use for a loader: the program loads it where it is wanted.
  image.writeUInt32LE(PT_NULL, headerOf(image, PT_INTERP))
  const header = headerOf(image, PT_NOTE)
  image.writeUInt32LE(PT_LOAD, header)
  image.writeUInt32LE(READ_EXECUTE, header + 4)
  const fields = [start, PROGRAM_AT, PROGRAM_AT, PROGRAM_SIZE, PROGRAM_SIZE, PAGE]
  for (const [i, value] of fields.entries()) image.writeBigUInt64LE(BigInt(value), header + 8 + 8 * i)
  image.writeBigUInt64LE(BigInt(PROGRAM_AT), LAYOUT.entry)
  return image
}

/** Takes an executable, gives what it was before it had a snapshot: itself, where it has none. */
export function original(executable: Buffer): Buffer {
  const start = segmentIn(executable)
  if (start === undefined) return executable
  const image = Buffer.from(executable.subarray(0, start))
  const [first, size] = headerTable(image)
  const own = headerOf(image, PT_PHDR)
  executable.copy(image, first, start + HEADERS_OFFSET, start + HEADERS_OFFSET + size)
  // That one says in the copy where the copy is.
  executable.copy(image, own, own, own + image.readUInt16LE(LAYOUT.phentsize))
  executable.copy(image, LAYOUT.entry, start + ENTRY_OFFSET, start + ENTRY_OFFSET + 8)
  return image
}

/** Copies the program headers, for ld.so; those that tell where they are tell where the copy is. */
function keepHeaders(image: Buffer, at: number): void {
  const [first, size] = headerTable(image)
  image.copy(image, at, first, first + size)
  image.writeBigUInt64LE(BigInt(PROGRAM_AT + HEADERS_OFFSET), at + headerOf(image, PT_PHDR) - first + LAYOUT.vaddr)
}

/** Where the program headers begin, and how many bytes they have. */
function headerTable(image: Buffer): [first: number, size: number] {
  return [
    Number(image.readBigUInt64LE(LAYOUT.phoff)),
    image.readUInt16LE(LAYOUT.phnum) * image.readUInt16LE(LAYOUT.phentsize),
  ]
}

function headerOf(image: Buffer, type: number): number {
  const header = programHeaders(image).find((at) => image.readUInt32LE(at) === type)
  if (header === undefined) throw new Failure(`the executable has no header of type ${type}`)
  return header
}

/** Takes the beginning of an executable, says whether it has a snapshot, could have one, or neither: its libc is none. */
export function snapshotOf(start: Buffer): 'taken' | 'possible' | undefined {
  const elf = MACHINE === 'x64' ? readElf(start) : undefined
  if (elf === undefined) return undefined
  if (segmentIn(start) !== undefined) return 'taken'
  return elf.loader?.includes('ld-linux') === true ? 'possible' : undefined
}

/** The offset in the file of the program's segment; undefined where an executable has none. */
export function segmentIn(executable: Buffer): number | undefined {
  const ours = (at: number) => executable.readBigUInt64LE(at + LAYOUT.vaddr) === BigInt(PROGRAM_AT)
  const header = programHeaders(executable).find((at) => executable.readUInt32LE(at) === PT_LOAD && ours(at))
  return header === undefined ? undefined : Number(executable.readBigUInt64LE(header + LAYOUT.offset))
}

/** Where in the file each of its program headers begins. */
export function programHeaders(image: Buffer): readonly number[] {
  const first = Number(image.readBigUInt64LE(LAYOUT.phoff))
  const size = image.readUInt16LE(LAYOUT.phentsize)
  return Array.from({ length: image.readUInt16LE(LAYOUT.phnum) }, (_, i) => first + i * size)
}
