// What the kernel maps into every process at another address, vdso(7). libc remembers where its functions are, and makes
// system calls instead where it remembers nothing; its names it may still look up, so that a copy of it must be there.

import { ELF_SECTIONS } from '#ffi/numbers/elf.ts'

const SHT_DYNSYM = 11
const SYMBOL_SIZE = 24

/** Takes the vdso as it is in memory and its address, gives the addresses of its functions. */
export function functionsOf(vdso: Buffer, address: number): ReadonlySet<bigint> {
  const headers = Number(vdso.readBigUInt64LE(ELF_SECTIONS.table))
  const count = vdso.readUInt16LE(ELF_SECTIONS.count)
  const sections = Array.from({ length: count }, (_, i) => headers + i * ELF_SECTIONS.size)
  return new Set(
    sections
      .filter((at) => vdso.readUInt32LE(at + ELF_SECTIONS.type) === SHT_DYNSYM)
      .flatMap((at) => {
        const start = Number(vdso.readBigUInt64LE(at + ELF_SECTIONS.offset))
        const size = Number(vdso.readBigUInt64LE(at + ELF_SECTIONS.bytes))
        const symbols = Array.from({ length: size / SYMBOL_SIZE }, (_, i) => start + i * SYMBOL_SIZE)
        return symbols.map((symbol) => vdso.readBigUInt64LE(symbol + 8)).filter((value) => value !== 0n)
      })
      .map((value) => BigInt(address) + value),
  )
}

/** Takes memory and addresses, overwrites each word that is one of them with zeros. */
export function forget(memory: Buffer, addresses: ReadonlySet<bigint>): void {
  for (let at = 0; at + 8 <= memory.length; at += 8)
    if (addresses.has(memory.readBigUInt64LE(at))) memory.writeBigUInt64LE(0n, at)
}
