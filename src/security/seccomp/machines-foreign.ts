// The machines that bunc does not run on. A profile for one of them can be read and explained; nothing on the way to a
// running container imports this file, which is most of the tables.

import { type Architecture, architecture } from './architectures.ts'
import type { Machine } from './machine.ts'
import * as calls from './syscalls-foreign.ts'

const EM_68K = 4
const EM_MIPS = 8
const EM_PARISC = 15
const EM_PPC = 20
const EM_PPC64 = 21
const EM_S390 = 22
const EM_SH = 42
const EM_RISCV = 243
const EM_LOONGARCH = 258

const NARROW = { bits: 32 } as const
const BIG = { bigEndian: true } as const
const NARROW_BIG = { bits: 32, bigEndian: true } as const
/** n32 has the 64-bit audit value with __AUDIT_ARCH_CONVENTION_MIPS64_N32, and arguments of 32 bits. */
const N32 = { bits: 32, bigEndian: true, audit: 0xa000_0008 } as const
const N32_LITTLE = { bits: 32, audit: 0xe000_0008 } as const

function machine(name: string, native: Architecture, ...others: readonly Architecture[]): Machine {
  return { name, native, others }
}

export const FOREIGN_MACHINES: readonly Machine[] = [
  machine('loongarch64', architecture('LOONGARCH64', EM_LOONGARCH, calls.LOONGARCH64)),
  machine('m68k', architecture('M68K', EM_68K, calls.M68K, NARROW_BIG)),
  machine(
    'mips64',
    architecture('MIPS64', EM_MIPS, calls.MIPS64, BIG),
    architecture('MIPS', EM_MIPS, calls.MIPS, NARROW_BIG),
    architecture('MIPS64N32', EM_MIPS, calls.MIPS64N32, N32),
  ),
  machine(
    'mips64el',
    architecture('MIPSEL64', EM_MIPS, calls.MIPS64),
    architecture('MIPSEL', EM_MIPS, calls.MIPS, NARROW),
    architecture('MIPSEL64N32', EM_MIPS, calls.MIPS64N32, N32_LITTLE),
  ),
  machine(
    'parisc64',
    architecture('PARISC64', EM_PARISC, calls.PARISC64, BIG),
    architecture('PARISC', EM_PARISC, calls.PARISC, NARROW_BIG),
  ),
  machine(
    'ppc64',
    architecture('PPC64', EM_PPC64, calls.PPC64, BIG),
    architecture('PPC', EM_PPC, calls.PPC, NARROW_BIG),
  ),
  machine('ppc64le', architecture('PPC64LE', EM_PPC64, calls.PPC64)),
  machine('riscv64', architecture('RISCV64', EM_RISCV, calls.RISCV64)),
  machine(
    's390x',
    architecture('S390X', EM_S390, calls.S390X, BIG),
    architecture('S390', EM_S390, calls.S390, NARROW_BIG),
  ),
  machine('sh', architecture('SH', EM_SH, calls.SH, NARROW)),
  machine('sheb', architecture('SHEB', EM_SH, calls.SH, NARROW_BIG)),
]
