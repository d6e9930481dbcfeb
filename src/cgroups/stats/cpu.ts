// What a container has used of the processors, in nanoseconds, and on which of them it may run.

import { figure, keyed, listed, type Place, unless0, unlessEmpty } from './figures.ts'
import { wordsOf } from '../values.ts'

/** Takes where time is counted (`cpuacct`), and where it is given out (`cpu`). */
export function cpuFigures(account: Place | undefined, control: Place | undefined) {
  return { usage: usage(account), throttling: throttling(control) }
}

/** Nanoseconds in a microsecond. */
const MICROSECOND = 1000n
/** Nanoseconds in a clock tick: USER_HZ is 100 on both architectures. */
const TICK = 10_000_000n

function usage(place: Place | undefined) {
  if (place?.version !== 1) {
    const stat = keyed(place?.text('cpu.stat') ?? '')
    const nanoseconds = (key: string) => (stat[key] ?? 0n) * MICROSECOND
    return {
      total: unless0(nanoseconds('usage_usec')),
      kernel: nanoseconds('system_usec'),
      user: nanoseconds('user_usec'),
    }
  }
  const stat = keyed(place.text('cpuacct.stat'))
  const columns = place.text('cpuacct.usage_all').split('\n').slice(1).map(wordsOf)
  const column = (at: number) => unlessEmpty(columns.map((words) => figure(words[at] ?? '')))
  return {
    total: unless0(figure(place.text('cpuacct.usage'))),
    percpu: unlessEmpty(wordsOf(place.text('cpuacct.usage_percpu')).map(figure)),
    percpu_kernel: column(2),
    percpu_user: column(1),
    kernel: (stat['system'] ?? 0n) * TICK,
    user: (stat['user'] ?? 0n) * TICK,
  }
}

function throttling(place: Place | undefined) {
  const stat = keyed(place?.text('cpu.stat') ?? '')
  const time = place?.version === 1 ? stat['throttled_time'] : (stat['throttled_usec'] ?? 0n) * MICROSECOND
  return {
    periods: unless0(stat['nr_periods']),
    throttledPeriods: unless0(stat['nr_throttled']),
    throttledTime: unless0(time),
  }
}

/** Takes where processors are given out (`cpuset`). Of version 2 runc prints nothing but zeros here. */
export function cpusetFigures(place: Place | undefined) {
  const legacy = place?.version === 1 ? place : undefined
  const text = (file: string) => legacy?.text(`cpuset.${file}`) ?? ''
  const flag = (file: string) => figure(text(file))
  return {
    cpus: unlessEmpty(listed(text('cpus'))),
    cpu_exclusive: flag('cpu_exclusive'),
    mems: unlessEmpty(listed(text('mems'))),
    mem_hardwall: flag('mem_hardwall'),
    mem_exclusive: flag('mem_exclusive'),
    memory_migrate: flag('memory_migrate'),
    memory_spread_page: flag('memory_spread_page'),
    memory_spread_slab: flag('memory_spread_slab'),
    memory_pressure: flag('memory_pressure'),
    sched_load_balance: flag('sched_load_balance'),
    sched_relax_domain_level: flag('sched_relax_domain_level'),
  }
}
