// The system call conventions of an x86-64 machine. Apart from the other machines, so that a binary for one holds the
// tables of one.

import { architecture } from './architectures.ts'
import type { Machine } from './machine.ts'
import { X32, X86, X86_64 } from './syscalls-x86.ts'

const EM_386 = 3
const EM_X86_64 = 62
const AUDIT_ARCH_X86_64 = 0xc000_003e
/** X32_SYSCALL_BIT, asm/unistd.h: x32 shares AUDIT_ARCH_X86_64 and is told from it by this bit of the number. */
const X32_BIT = 0x4000_0000

export const X86_MACHINE: Machine = {
  name: 'x86-64',
  native: architecture('X86_64', EM_X86_64, X86_64, { end: X32_BIT }),
  others: [
    architecture('X86', EM_386, X86, { bits: 32 }),
    architecture('X32', EM_X86_64, [X86_64, X32], {
      bits: 32,
      audit: AUDIT_ARCH_X86_64,
      first: X32_BIT,
      lacksMarked: true,
    }),
  ],
}
