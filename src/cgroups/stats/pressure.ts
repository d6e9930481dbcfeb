// Pressure stall information: how much time was lost by waiting for a resource (Documentation/accounting/psi.rst). Version
// 2 alone has it, and only where the kernel was started with it.

import type { Sys } from '#ffi/call.ts'
import { type CgroupRecord, unifiedOf } from '../record.ts'
import { figure, placeOf } from './figures.ts'

/** Shares of time in percent over the last 10, 60 and 300 seconds, and the whole time in microseconds. */
type Stalls = {
  readonly avg10: number
  readonly avg60: number
  readonly avg300: number
  readonly total: bigint
}

/** How long some of the processes had to wait, and how long all of them. */
export type Pressure = {
  readonly some: Stalls
  readonly full: Stalls
}

/** Gives the pressure on a resource; undefined where the host does not count it. */
export function pressure(sys: Sys, record: CgroupRecord, resource: 'cpu' | 'memory' | 'io'): Pressure | undefined {
  const unified = unifiedOf(record)
  if (unified === undefined) return undefined
  const text = placeOf(sys, { ...record, hierarchies: [unified] }, resource)?.text(`${resource}.pressure`) ?? ''
  return text === '' ? undefined : parsePressure(text)
}

/** Takes the text of a pressure file. Before 5.13 that of the processor had no "full". */
export function parsePressure(text: string): Pressure {
  const lines = text.split('\n')
  const stalls = (kind: string): Stalls => {
    const line = lines.find((each) => each.startsWith(`${kind} `)) ?? ''
    const field = (name: string) => new RegExp(` ${name}=([\\d.]+)`).exec(line)?.[1] ?? '0'
    const average = (seconds: number) => Number(field(`avg${seconds}`))
    return { avg10: average(10), avg60: average(60), avg300: average(300), total: figure(field('total')) }
  }
  return { some: stalls('some'), full: stalls('full') }
}
