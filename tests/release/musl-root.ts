// A root with musl and libstdc++, of Debian packages. Debian has musl, but libstdc++ for glibc alone. musl's loader takes
// that one where a few names of glibc are given those of musl, which the executable itself never asks for: it is musl's
// own code that everything but the dozen functions of libstdc++ runs on. Distributions made of musl do it by gcompat.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { makeRoot } from '#tests/vm/image/debian.ts'

const MACHINES = { amd64: 'x86_64', arm64: 'aarch64' } as const

/** The architectures, in Debian's words. */
export type Architecture = keyof typeof MACHINES

/** What musl has without the two underscores. The table of names may hold both as one, so the symbol begins later. */
const UNDERSCORED = ['__getauxval', '__strftime_l']

/** What glibc has and musl has not: something of musl in its place that means "no", with a name that is not longer. */
const NAMES = {
  // A variable that is 0: there are several threads.
  __libc_single_threaded: 'getdate_err',
  // Not 0 for a pointer: not found, ask dl_iterate_phdr.
  _dl_find_object: 'abs',
  // 0 for a pointer: registered. A destructor less at the end of a thread.
  __cxa_thread_atexit_impl: 'isdigit',
  'ld-linux-x86-64.so.2': 'libc.so.6',
  'ld-linux-aarch64.so.1': 'libc.so.6',
} as const

/**
 * Makes a root directory with the C libraries that an executable for musl needs, and nothing else.
 * @param work an existing directory, for what is downloaded too
 * @param architecture of the libraries
 * @returns the root
 * @throws Error where the Debian archive cannot be reached
 */
export async function makeMuslRoot(work: string, architecture: Architecture): Promise<string> {
  const [debian, root] = [join(work, `debian-${architecture}`), join(work, `musl-${architecture}`)]
  await makeRoot({ directory: debian, architecture }, 'extract', ['musl', 'libstdc++6'])
  for (const name of ['lib', 'bin', 'dev', 'proc', 'run', 'sys', 'tmp'])
    mkdirSync(join(root, name), { recursive: true })
  const machine = MACHINES[architecture]
  const loader = `ld-musl-${machine}.so.1`
  copyFileSync(join(debian, `usr/lib/${machine}-linux-musl/libc.so`), join(root, 'lib', loader))
  chmodSync(join(root, 'lib', loader), 0o755)
  symlinkSync(loader, join(root, `lib/libc.musl-${machine}.so.1`))
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const found = join(debian, `usr/lib/${machine}-linux-gnu`, name)
    if (!existsSync(found))
      throw new Error(`Cannot find "${name}" in Debian: there is ${readdirSync(join(debian, 'usr/lib'))}`)
    writeFileSync(join(root, 'lib', name), forMusl(readFileSync(found)))
  }
  return root
}

const STRTAB = 3
const DYNSYM = 11
const VERSYM = 0x6fffffff

/** Takes a library that was linked to glibc, gives one that musl's loader can bind. */
function forMusl(library: Buffer): Buffer {
  const sections = sectionsOf(library)
  // The table that is loaded (SHF_ALLOC) is the one of the dynamic symbols.
  const names = sections.find(({ type, flags }) => type === STRTAB && (flags & 2) !== 0)?.content ?? Buffer.alloc(0)
  for (const { type, content } of sections) {
    // Old versions of a symbol are hidden by the highest bit; musl knows no versions, and would not see them.
    if (type === VERSYM) for (let at = 1; at < content.length; at += 2) content[at] = content.readUInt8(at) & 0x7f
    if (type === DYNSYM) for (let at = 24; at < content.length; at += 24) adapt(content.subarray(at, at + 24), names)
  }
  for (const [from, to] of Object.entries(NAMES)) rename(names, from, to)
  return library
}

/** Elf64_Sym: st_name at 0, st_info at 4, whose upper half is the binding (1 global, 2 weak), st_shndx at 6, 0 for none. */
function adapt(symbol: Buffer, names: Buffer): void {
  const [name, info] = [symbol.readUInt32LE(0), symbol.readUInt8(4)]
  if (symbol.readUInt16LE(6) !== 0) return
  // What is not there must not stop the loader: a weak symbol may be missing.
  if (info >> 4 === 1) symbol.writeUInt8((2 << 4) | (info & 15), 4)
  const text = names.toString('latin1', name, names.indexOf(0, name))
  if (UNDERSCORED.includes(text)) symbol.writeUInt32LE(name + 2, 0)
}

function rename(names: Buffer, from: string, to: string): void {
  const at = names.indexOf(`\0${from}\0`)
  if (at >= 0) names.write(to.padEnd(from.length, '\0'), at + 1, 'latin1')
}

/** The sections of an ELF64 file, as views of it. */
function sectionsOf(elf: Buffer): { type: number; flags: number; content: Buffer }[] {
  const [start, size, count] = [Number(elf.readBigUInt64LE(40)), elf.readUInt16LE(58), elf.readUInt16LE(60)]
  return Array.from({ length: count }, (_, index) => {
    const header = elf.subarray(start + index * size)
    const [at, length] = [Number(header.readBigUInt64LE(24)), Number(header.readBigUInt64LE(32))]
    const type = header.readUInt32LE(4)
    // SHT_NOBITS (8) has a size, and nothing in the file.
    return { type, flags: Number(header.readBigUInt64LE(8)), content: elf.subarray(at, type === 8 ? at : at + length) }
  })
}
