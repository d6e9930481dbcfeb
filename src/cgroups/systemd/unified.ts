// linux.resources.unified as properties of a unit: a row for each file of version 2 that systemd has a property for. Pure.

import type { Property } from '#ffi/sd-bus.ts'
import { bitmask, limit, quotaPerSecond, tasksMax, uint64 } from './property.ts'

/** What a file's text is as properties; `since` is the first release of systemd that knows them. */
interface Row {
  readonly since: number
  properties(text: string): readonly Property[]
}

const row = (properties: Row['properties'], since = 0): Row => ({ properties, since })
const size = (name: string) => row((text) => numbered(text, (value) => limit(name, value)))

const FILES: ReadonlyMap<string, Row> = new Map([
  ['memory.min', size('MemoryMin')],
  ['memory.low', size('MemoryLow')],
  ['memory.high', size('MemoryHigh')],
  ['memory.max', size('MemoryMax')],
  ['memory.swap.max', size('MemorySwapMax')],
  ['pids.max', row((text) => numbered(text, (value) => tasksMax(value)))],
  ['cpu.weight', row((text) => numbered(text, (value) => uint64('CPUWeight', value)))],
  ['cpu.idle', row((text) => (text === '1' ? [uint64('CPUWeight', 0)] : []), 252)],
  ['cpu.max', row(bandwidth, 242)],
  ['cpuset.cpus', row((text) => bitmask('AllowedCPUs', text), 244)],
  ['cpuset.mems', row((text) => bitmask('AllowedMemoryNodes', text), 244)],
])

/** Takes `unified` and the release of systemd, gives the properties for the files that have some. */
export function unifiedProperties(unified: Readonly<Record<string, string>>, version: number): readonly Property[] {
  return Object.entries(unified).flatMap(([file, text]) => {
    const found = FILES.get(file)
    return found === undefined || version < found.since ? [] : found.properties(text.trim())
  })
}

/** What is no number the kernel will judge, when it is written to the file. */
function numbered(text: string, make: (value: bigint) => Property): readonly Property[] {
  if (text === 'max') return [make(-1n)]
  return /^\d+$/.test(text) ? [make(BigInt(text))] : []
}

/** `QUOTA PERIOD` or a quota alone, in microseconds. */
function bandwidth(text: string): readonly Property[] {
  const [, quota, period] = /^(max|\d+)(?:\s+(\d+))?$/.exec(text) ?? []
  if (quota === undefined) return []
  return [
    ...(period === undefined ? [] : [uint64('CPUQuotaPeriodUSec', BigInt(period))]),
    quotaPerSecond(quota === 'max' ? -1 : BigInt(quota), period === undefined ? undefined : BigInt(period)),
  ]
}
