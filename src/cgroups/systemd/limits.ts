// linux.resources as properties of a unit (systemd.resource-control(5)). bunc sets the files of the cgroup itself, and
// more exactly; systemd has to know because it writes those files again, from its properties, when it is reloaded. What
// has no property it leaves alone, and so does this module. Pure.

import type { Property } from '#ffi/sd-bus.ts'
import type { LinuxCPU, LinuxMemory, LinuxResources } from '#src/config/schema/resources.ts'
import { ioWeight } from '../resources/block-io.ts'
import { weightOfShares } from '../resources/cpu.ts'
import { unlessZero } from '../resources/row.ts'
import { deviceProperties } from './devices.ts'
import { unifiedProperties } from './unified.ts'
import { bitmask, limit, quotaPerSecond, tasksMax, uint64 } from './property.ts'

/** What the properties depend on besides the limits. */
export interface Host {
  /** The release of systemd. */
  readonly version: number
  /** Whether the controllers are of version 2 alone. */
  readonly unified: boolean
}

/** Gives the properties for every limit that is named. */
export function limitProperties(resources: LinuxResources, host: Host): readonly Property[] {
  const { cpu, memory, pids, blockIO, devices, unified } = resources
  const weight = unlessZero(blockIO?.weight)
  return [
    ...(devices === undefined ? [] : deviceProperties(devices)),
    ...(memory === undefined ? [] : memoryProperties(memory, host)),
    ...(cpu === undefined
      ? []
      : [...shareProperties(cpu, host), ...quotaProperties(cpu, host), ...setProperties(cpu, host)]),
    ...(pids?.limit === undefined ? [] : [tasksMax(pids.limit)]),
    ...(weight === undefined
      ? []
      : [host.unified ? uint64('IOWeight', ioWeight(weight)) : uint64('BlockIOWeight', weight)]),
    // Meant for version 2, and decides where both speak of the same file.
    ...(unified === undefined || !host.unified ? [] : unifiedProperties(unified, host.version)),
  ]
}

function memoryProperties(memory: LinuxMemory, { unified }: Host): readonly Property[] {
  const most = unlessZero(memory.limit)
  const low = unlessZero(memory.reservation)
  const swap = unlessZero(memory.swap) ?? (most === -1n ? -1n : undefined)
  if (!unified) return most === undefined ? [] : [limit('MemoryLimit', most)]
  return [
    ...(most === undefined ? [] : [limit('MemoryMax', most)]),
    ...(low === undefined ? [] : [limit('MemoryLow', low)]),
    ...(swap === undefined ? [] : swapProperty(swap, most)),
  ]
}

/** The specification counts memory as well. What it counts is not known where the limit of memory stays as it was. */
function swapProperty(swap: bigint, most: bigint | undefined): readonly Property[] {
  if (swap < 0n) return [limit('MemorySwapMax', swap)]
  return most === undefined || swap < most ? [] : [limit('MemorySwapMax', most < 0n ? swap : swap - most)]
}

const KNOWS_IDLE = 252

function shareProperties({ shares, idle }: LinuxCPU, { unified, version }: Host): readonly Property[] {
  const some = unlessZero(shares)
  // The weight 0 is the idle class.
  if (idle === 1 && unified && version >= KNOWS_IDLE) return [uint64('CPUWeight', 0)]
  if (some === undefined) return []
  return [unified ? uint64('CPUWeight', Number(weightOfShares(some))) : uint64('CPUShares', some)]
}

const KNOWS_PERIOD = 242

function quotaProperties({ quota, period }: LinuxCPU, { version }: Host): readonly Property[] {
  const length = unlessZero(period)
  const time = unlessZero(quota)
  return [
    ...(length === undefined || version < KNOWS_PERIOD ? [] : [uint64('CPUQuotaPeriodUSec', length)]),
    ...(time === undefined ? [] : [quotaPerSecond(time, length)]),
  ]
}

const KNOWS_SETS = 244

function setProperties({ cpus, mems }: LinuxCPU, { version, unified }: Host): readonly Property[] {
  if (version < KNOWS_SETS || !unified) return []
  return [...bitmask('AllowedCPUs', cpus ?? ''), ...bitmask('AllowedMemoryNodes', mems ?? '')]
}
