// What the kernel maps into every process at another address, vdso(7). libc remembers where its functions are, and makes
// system calls instead where it remembers nothing; its names it may still look up, so that a copy of it must be there.

const SECTION_HEADERS_AT = 0x28
const SECTION_COUNT_AT = 0x3c
const SECTION_HEADER_SIZE = 64
const SHT_DYNSYM = 11
const SYMBOL_SIZE = 24

/** Takes the vdso as it is in memory and its address, gives the addresses of its functions. */
export function functionsOf(vdso: Buffer, address: number): ReadonlySet<bigint> {
  const headers = Number(vdso.readBigUInt64LE(SECTION_HEADERS_AT))
  const count = vdso.readUInt16LE(SECTION_COUNT_AT)
  const sections = Array.from({ length: count }, (_, i) => headers + i * SECTION_HEADER_SIZE)
  return new Set(
    sections
      .filter((at) => vdso.readUInt32LE(at + 4) === SHT_DYNSYM)
      .flatMap((at) => {
        const start = Number(vdso.readBigUInt64LE(at + 24))
        const size = Number(vdso.readBigUInt64LE(at + 32))
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
