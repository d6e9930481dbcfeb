// `linux.memoryPolicy`: on which NUMA nodes memory is taken (config-linux.md#memory-policy, set_mempolicy(2)).

import { oneOf, optionalList, optionalText, record, type Output } from './values.ts'

export const MEMORY_POLICY_MODES = [
  'MPOL_DEFAULT',
  'MPOL_BIND',
  'MPOL_INTERLEAVE',
  'MPOL_WEIGHTED_INTERLEAVE',
  'MPOL_PREFERRED',
  'MPOL_PREFERRED_MANY',
  'MPOL_LOCAL',
] as const

export const MEMORY_POLICY_FLAGS = ['MPOL_F_NUMA_BALANCING', 'MPOL_F_RELATIVE_NODES', 'MPOL_F_STATIC_NODES'] as const

export type MemoryPolicyMode = (typeof MEMORY_POLICY_MODES)[number]
export type MemoryPolicyFlag = (typeof MEMORY_POLICY_FLAGS)[number]

export const memoryPolicySchema = record({
  mode: oneOf('a memory policy mode', MEMORY_POLICY_MODES),
  nodes: optionalText,
  flags: optionalList(oneOf('a memory policy flag', MEMORY_POLICY_FLAGS)),
})

export type LinuxMemoryPolicy = Output<typeof memoryPolicySchema>
