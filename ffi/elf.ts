// Reads as much of an ELF file as an error message needs: the machine, and the loader that it asks for. The file may be
// hostile: every offset is checked against the bytes that are there.

import { MACHINE } from './machine.ts'
import {
  ELF_CLASS,
  ELF_IDENT,
  ELF_LAYOUT,
  ELF_LITTLE_ENDIAN,
  ELF_MACHINE,
  ELF_MAGIC,
  PT_INTERP,
} from './numbers/elf.ts'

/** What an ELF file says of itself. */
export interface Elf {
  readonly bits: 32 | 64
  /** Name of the machine that it is for. */
  readonly machine: string
  /** Path of its loader; undefined where it needs none, or where that lies beyond the bytes that were read. */
  readonly loader: string | undefined
}

/** The machine that this is, as `Elf` names it. */
export const ELF_MACHINE_HERE = MACHINE === 'x64' ? 'x86-64' : 'AArch64'

/** More program headers than that are not looked at: a linker writes about a dozen. */
const MOST_HEADERS = 64
const LONGEST_PATH = 4096

/** Takes the first bytes of a file, gives what they say; undefined where they are no ELF file. */
export function readElf(bytes: Uint8Array): Elf | undefined {
  if (bytes.length < ELF_IDENT.machine + 2 || ELF_MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined
  const bits = bytes[ELF_IDENT.class] === ELF_CLASS[32] ? 32 : 64
  const little = bytes[ELF_IDENT.data] === ELF_LITTLE_ENDIAN
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const machine = view.getUint16(ELF_IDENT.machine, little)
  return { bits, machine: ELF_MACHINE[machine] ?? `machine ${machine}`, loader: loaderOf(view, bits, little) }
}

function loaderOf(view: DataView, bits: 32 | 64, little: boolean): string | undefined {
  const layout = ELF_LAYOUT[bits]
  if (view.byteLength < layout.phnum + 2) return undefined
  const start = word(view, layout.phoff, bits, little)
  const size = view.getUint16(layout.phentsize, little)
  const count = Math.min(view.getUint16(layout.phnum, little), MOST_HEADERS)
  for (let i = 0; i < count; i++) {
    const header = start + i * size
    if (header + layout.filesz + 8 > view.byteLength) return undefined
    if (view.getUint32(header, little) !== PT_INTERP) continue
    const offset = word(view, header + layout.offset, bits, little)
    const length = word(view, header + layout.filesz, bits, little)
    return length > LONGEST_PATH ? undefined : textAt(view, offset, length)
  }
  return undefined
}

/** A number of the size of an address; one that no file can reach is infinite. */
function word(view: DataView, at: number, bits: 32 | 64, little: boolean): number {
  return bits === 32 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little))
}

/** The text before the first NUL. */
function textAt(view: DataView, offset: number, length: number): string | undefined {
  if (offset + length > view.byteLength) return undefined
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + offset, length))
  return text.split('\0')[0]
}
