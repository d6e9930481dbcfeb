// The forms of value that the properties of a unit have. Pure.

import type { Property } from '#ffi/sd-bus.ts'
import { Failure } from '#src/failure.ts'

/** How systemd writes that there is no limit. */
export const INFINITY = 2n ** 64n - 1n

/** A property that is a number. */
export function uint64(name: string, value: number | bigint): Property {
  return { name, type: 't', value: BigInt(value) }
}

/** A property that is a limit, of which every negative number means none. */
export function limit(name: string, value: number | bigint): Property {
  return uint64(name, value < 0 ? INFINITY : value)
}

const DEFAULT_PERIOD = 100_000n
const SECOND = 1_000_000n
const PERCENT = 10_000n

/** Takes microseconds of each period. systemd keeps whole percents: less than was asked for would be a wrong limit. */
export function quotaPerSecond(quota: number | bigint, period: number | bigint | undefined): Property {
  if (quota < 0) return uint64('CPUQuotaPerSecUSec', INFINITY)
  const length = period === undefined ? DEFAULT_PERIOD : BigInt(period)
  const exact = BigInt(quota) * SECOND
  const step = length * PERCENT
  return uint64('CPUQuotaPerSecUSec', ((exact + step - 1n) / step) * PERCENT)
}

/** systemd takes no 0; of a limit of one process, the first one is that one already. */
export function tasksMax(most: number | bigint): Property {
  return limit('TasksMax', Number(most) === 0 ? 1 : most)
}

/** Linux numbers neither CPUs nor memory nodes any higher (CONFIG_NR_CPUS). */
const MOST = 8192
const BITS = 8

/** A property that is a set of CPUs or memory nodes: takes a list such as `0-3,7`; the empty list is no property. */
export function bitmask(name: string, list: string): readonly Property[] {
  if (list.trim() === '') return []
  const numbers = list.split(',').flatMap((range) => numbersIn(range.trim()))
  const bytes = new Uint8Array(Math.floor(Math.max(...numbers) / BITS) + 1)
  for (const number of numbers) {
    const at = Math.floor(number / BITS)
    bytes[at] = (bytes[at] ?? 0) | (1 << (number % BITS))
  }
  return [{ name, type: 'ay', value: bytes }]
}

function numbersIn(range: string): readonly number[] {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
  const first = Number(from)
  const last = Number(to ?? from)
  if (from === undefined || first > last || last >= MOST)
    throw new Failure(`"${range}" is no CPU or memory node, nor a range of them`)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
