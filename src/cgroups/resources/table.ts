// All resources but devices, in the order in which they are set.

import { BLOCK_IO } from './block-io.ts'
import { CPU, CPUSET } from './cpu.ts'
import { MEMORY } from './memory.ts'
import { HUGEPAGES, NET_CLS, NET_PRIO, PIDS, RDMA } from './others.ts'
import type { Family } from './row.ts'

export const FAMILIES = [
  MEMORY,
  CPU,
  CPUSET,
  PIDS,
  BLOCK_IO,
  HUGEPAGES,
  NET_CLS,
  NET_PRIO,
  RDMA,
] as const satisfies readonly Family[]
