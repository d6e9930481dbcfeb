// Where the code of an executable lies in its file: as far behind a multiple of 2 MiB as in memory. The kernel can then map
// it by whole huge pages, where the page cache has it in such, and a process does not miss each part of it that it uses. The
// linker knows small pages alone, so all that follows moves.

import { ELF_LAYOUT, ELF_SECTIONS, PF_X, PT_LOAD } from '#ffi/numbers/elf.ts'
import { HUGE_PAGE, PAGE } from '#ffi/snapshot/numbers.ts'
import { programHeaders } from './image.ts'

const LAYOUT = ELF_LAYOUT[64]

/** Takes an executable, gives one that is the same in memory, with its code where the kernel can map it at once. */
export function aligned(executable: Buffer): Buffer {
  const code = programHeaders(executable).find(
    (at) => executable.readUInt32LE(at) === PT_LOAD && executable.readUInt32LE(at + LAYOUT.flags) & PF_X,
  )
  if (code === undefined) return executable
  const offset = Number(executable.readBigUInt64LE(code + LAYOUT.offset))
  const way = (Number(executable.readBigUInt64LE(code + LAYOUT.vaddr)) - offset) % HUGE_PAGE
  if (way === 0) return executable
  // The page in which what is before ends and the code begins stands twice.
  const page = offset - (offset % PAGE)
  const image = Buffer.concat([
    executable.subarray(0, page + PAGE),
    Buffer.alloc(way - PAGE),
    executable.subarray(page),
  ])
  const move = (at: number) => {
    const before = image.readBigUInt64LE(at)
    if (before >= offset) image.writeBigUInt64LE(before + BigInt(way), at)
  }
  move(ELF_SECTIONS.table)
  for (const at of [...programHeaders(image).map((header) => header + LAYOUT.offset), ...sectionOffsets(image)])
    move(at)
  return image
}

/** Where the headers of sections say where those are: for debuggers and profilers. */
function sectionOffsets(image: Buffer): readonly number[] {
  const first = Number(image.readBigUInt64LE(ELF_SECTIONS.table))
  const count = image.readUInt16LE(ELF_SECTIONS.count)
  return Array.from({ length: count }, (_, i) => first + i * ELF_SECTIONS.size + ELF_SECTIONS.offset)
}
