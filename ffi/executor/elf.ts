// The executor as a program file: one static ELF executable with one segment, as small as execve(2) accepts.
// Layout as in elf(5); nothing but the architecture differs between the two.

import type { Code } from './assembler.ts'

const EM_X86_64 = 62
const EM_AARCH64 = 183
const ET_EXEC = 2
const PT_LOAD = 1
const PT_GNU_STACK = 0x6474e551
const PF_X = 1
const PF_W = 2
const PF_R = 4

const HEADER = 64
const PROGRAM_HEADER = 56
const CODE_AT = HEADER + 2 * PROGRAM_HEADER
/** Where the file is mapped; the usual address of a static executable. */
const BASE = 0x40_0000
const PAGE = 4096

/** Takes the code and its machine, gives the bytes of an ELF executable that begins at label `start`. */
export function elfFile(code: Code, machine: 'x64' | 'arm64'): Uint8Array<ArrayBuffer> {
  const size = CODE_AT + code.bytes.length
  const file = new Uint8Array(new ArrayBuffer(size))
  const view = new DataView(file.buffer)
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true)

  // e_ident: magic, 64-bit, little-endian, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, ET_EXEC, true)
  view.setUint16(18, machine === 'x64' ? EM_X86_64 : EM_AARCH64, true)
  view.setUint32(20, 1, true)
  u64(24, BASE + CODE_AT + code.offsetOf('start'))
  u64(32, HEADER)
  view.setUint16(52, HEADER, true)
  view.setUint16(54, PROGRAM_HEADER, true)
  view.setUint16(56, 2, true)

  const programHeader = (at: number, header: { type: number; flags: number; size: number; align: number }) => {
    view.setUint32(at, header.type, true)
    view.setUint32(at + 4, header.flags, true)
    const address = header.size === 0 ? 0 : BASE
    u64(at + 16, address)
    u64(at + 24, address)
    u64(at + 32, header.size)
    u64(at + 40, header.size)
    u64(at + 48, header.align)
  }
  programHeader(HEADER, { type: PT_LOAD, flags: PF_R | PF_X, size, align: PAGE })
  // Without this header the kernel makes the stack executable (READ_IMPLIES_EXEC).
  programHeader(HEADER + PROGRAM_HEADER, { type: PT_GNU_STACK, flags: PF_R | PF_W, size: 0, align: 16 })

  file.set(code.bytes, CODE_AT)
  return file
}

/** Takes an ELF file made by `elfFile` and its code, writes the descriptor of the arena into it. */
export function setArena(file: Uint8Array<ArrayBuffer>, code: Code, descriptor: number): void {
  new DataView(file.buffer).setUint32(CODE_AT + code.offsetOf('arena'), descriptor, true)
}
