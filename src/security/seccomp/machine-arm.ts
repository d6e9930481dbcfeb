// The system call conventions of an AArch64 machine. Apart from the other machines, so that a binary for one holds the
// tables of one.

import { architecture } from './architectures.ts'
import type { Machine } from './machine.ts'
import { AARCH64, ARM } from './syscalls-arm.ts'

const EM_ARM = 40
const EM_AARCH64 = 183
/** __ARM_NR_BASE, asm/unistd.h: cacheflush, set_tls and their like, which are not in the table of system calls. */
const ARM_PRIVATE = 0xf_0000

export const ARM_MACHINE: Machine = {
  name: 'aarch64',
  native: architecture('AARCH64', EM_AARCH64, AARCH64, { common: 32 }),
  others: [architecture('ARM', EM_ARM, ARM, { bits: 32, ceiling: ARM_PRIVATE })],
}
