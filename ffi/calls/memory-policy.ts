// On which NUMA nodes memory is taken: set_mempolicy(2).

import { type Kind, syscall } from '../call.ts'
import { nothing } from '../kinds.ts'

const MODE = {
  DEFAULT: 0,
  PREFERRED: 1,
  BIND: 2,
  INTERLEAVE: 3,
  LOCAL: 4,
  PREFERRED_MANY: 5,
  WEIGHTED_INTERLEAVE: 6,
} as const
const FLAG = { STATIC_NODES: 1 << 15, RELATIVE_NODES: 1 << 14, NUMA_BALANCING: 1 << 13 } as const

/** A memory policy. `nodes`: bit 0 of the first byte is node 0; the size is a multiple of 8 bytes, and 0 for none. */
export interface MemoryPolicy {
  readonly mode: keyof typeof MODE
  readonly flags: readonly (keyof typeof FLAG)[]
  readonly nodes: Uint8Array
}

const policy: Kind<MemoryPolicy> = {
  encode: ({ mode, flags, nodes }, memory) => [
    flags.reduce<number>((sum, name) => sum | FLAG[name], MODE[mode]),
    nodes.length === 0 ? 0 : memory.bytes(nodes),
    // The kernel reads one bit less than it is told.
    nodes.length === 0 ? 0 : nodes.length * 8 + 1,
  ],
  show: ({ mode, flags, nodes }) => `${[mode, ...flags].join('|')}, [${nodes.join(' ')}]`,
}

/** set_mempolicy(2) of the calling thread; MPOL_PREFERRED_MANY since 5.15, MPOL_WEIGHTED_INTERLEAVE since 6.9. */
export const setMempolicy = syscall<[policy: MemoryPolicy], void, 'task'>('set_mempolicy', [policy], nothing, 'task')
