// What the kernel has counted of a container's memory, for the one sentence that explains a death: "its memory limit of L
// bytes was reached, its peak was P". Not for statistics.

import type { Sys } from '#ffi/call.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from './record.ts'
import { fieldOf, readValueIfThere } from './values.ts'

/** Sizes in bytes; undefined where the kernel does not tell, or there is no limit. */
export interface MemoryAccount {
  /** How many processes the OOM killer has ended, in cgroups below as well. */
  readonly oomKills: number
  readonly peak: bigint | undefined
  readonly limit: bigint | undefined
}

/** Gives the account; undefined when the container's memory is not counted. */
export function memoryAccount(sys: Sys, record: CgroupRecord): MemoryAccount | undefined {
  const legacy = legacyOf(record, 'memory')
  const path = (legacy ?? unifiedOf(record))?.path
  const events =
    path === undefined ? undefined : readValueIfThere(sys, `${path}/${legacy ? 'memory.oom_control' : 'memory.events'}`)
  if (events === undefined) return undefined
  const size = (file: string) => sizeOf(readValueIfThere(sys, `${path}/${file}`))
  const oomKills = Number(fieldOf(events, 'oom_kill') ?? 0)
  // memory.peak came with 5.19.
  return legacy === undefined
    ? { oomKills, peak: size('memory.peak'), limit: size('memory.max') }
    : { oomKills, peak: size('memory.max_usage_in_bytes'), limit: size('memory.limit_in_bytes') }
}

/** Version 1 writes "no limit" as the largest number of pages that it can count. */
const UNLIMITED = 1n << 62n

function sizeOf(text: string | undefined): bigint | undefined {
  if (text === undefined || text === 'max') return undefined
  const size = BigInt(text)
  return size >= UNLIMITED ? undefined : size
}
