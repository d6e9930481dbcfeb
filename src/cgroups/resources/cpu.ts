// linux.resources.cpu (config-linux.md#cpu): shares of time, bandwidth, real time; and which CPUs and memory nodes.

import type { LinuxCPU } from '#src/config/schema/resources.ts'
import { type Family, into, refused, row, type Setting, unlessZero } from './row.ts'

const NO_REAL_TIME = refused('cgroup v2 has no budget for real-time processes')

export const CPU: Family = {
  controller: ['cpu', 'cpu'],
  rows: [
    row('cpu.shares', ({ cpu }) => unlessZero(cpu?.shares), into('cpu.shares'), into('cpu.weight', weightOfShares)),
    row('cpu.quota', ({ cpu }) => (hasBandwidth(cpu) ? cpu : undefined), legacyBandwidth, unifiedBandwidth),
    row('cpu.burst', ({ cpu }) => cpu?.burst, zeroOr('cpu.cfs_burst_us'), zeroOr('cpu.max.burst')),
    row('cpu.idle', ({ cpu }) => cpu?.idle, zeroOr('cpu.idle')),
    row('cpu.realtimePeriod', ({ cpu }) => unlessZero(cpu?.realtimePeriod), into('cpu.rt_period_us'), NO_REAL_TIME),
    row('cpu.realtimeRuntime', ({ cpu }) => unlessZero(cpu?.realtimeRuntime), into('cpu.rt_runtime_us'), NO_REAL_TIME),
  ],
}

export const CPUSET: Family = {
  controller: ['cpuset', 'cpuset'],
  rows: [
    row('cpu.cpus', ({ cpu }) => cpu?.cpus || undefined, into('cpuset.cpus')),
    row('cpu.mems', ({ cpu }) => cpu?.mems || undefined, into('cpuset.mems')),
  ],
}

const LEAST_SHARES = 2
const MOST_SHARES = 262_144
const MOST_WEIGHT = 10_000

/**
 * Takes shares of version 1 (2 to 262144, 1024 is normal), gives the weight of version 2 (1 to 10000, 100 is normal). The
 * curve runs through all three points, as the runtimes and systemd agreed; a straight line would make 1024 a weight of 39.
 */
export function weightOfShares(shares: number): string {
  if (shares <= LEAST_SHARES) return '1'
  if (shares >= MOST_SHARES) return String(MOST_WEIGHT)
  const l = Math.log2(shares)
  return String(Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34)))
}

function hasBandwidth(cpu: LinuxCPU | undefined): boolean {
  return unlessZero(cpu?.quota) !== undefined || unlessZero(cpu?.period) !== undefined
}

function legacyBandwidth({ quota, period }: LinuxCPU): readonly Setting[] {
  const files = [
    { file: 'cpu.cfs_period_us', field: 'cpu.period', value: unlessZero(period) },
    { file: 'cpu.cfs_quota_us', field: 'cpu.quota', value: unlessZero(quota) },
  ]
  return files.flatMap(({ value, ...where }) =>
    value === undefined ? [] : [{ ...where, value: String(Math.max(-1, value)) }],
  )
}

/** One file holds both; of a single number the kernel takes the quota and leaves the period alone. */
function unifiedBandwidth({ quota, period }: LinuxCPU): readonly Setting[] {
  const file = 'cpu.max'
  const max = unlessZero(quota) === undefined ? undefined : Number(quota) < 0 ? 'max' : String(quota)
  if (unlessZero(period) === undefined) return [{ file, value: max ?? 'max' }]
  if (max !== undefined) return [{ file, value: `${max} ${period}` }]
  return [{ file, field: 'cpu.period', value: (read) => `${read(file).split(' ')[0]} ${period}` }]
}

/** cpu.idle came with 5.15, bursts with 5.14; an older kernel has none of either, which is what 0 asks for. */
function zeroOr(file: string) {
  return (value: number): readonly Setting[] => [
    { file, value: String(value), ...(value === 0 ? { otherwise: [] } : {}) },
  ]
}
