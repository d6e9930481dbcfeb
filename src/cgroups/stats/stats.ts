// Everything that the kernel counts of a container, in the form that runc prints: names, order, units and what is left out
// are its, since programs read them.

import type { Sys } from '#ffi/call.ts'
import type { CgroupRecord } from '../record.ts'
import { blockIoFigures } from './block-io.ts'
import { cpuFigures, cpusetFigures } from './cpu.ts'
import { placeOf } from './figures.ts'
import { memoryFigures } from './memory.ts'
import { hugePageFigures, pidsFigures } from './others.ts'
import { pressure } from './pressure.ts'

/** The figures of a container at one moment. */
export type Stats = ReturnType<typeof readStats>

/** Reads the figures. What a host does not count is 0 or left out. Throws a SyscallError. */
export function readStats(sys: Sys, record: CgroupRecord) {
  const place = (controller: string) => placeOf(sys, record, controller)
  return {
    cpu: { ...cpuFigures(place('cpuacct'), place('cpu')), psi: pressure(sys, record, 'cpu') },
    cpuset: cpusetFigures(place('cpuset')),
    memory: { ...memoryFigures(place('memory')), psi: pressure(sys, record, 'memory') },
    pids: pidsFigures(place('pids')),
    blkio: { ...blockIoFigures(place('blkio')), psi: pressure(sys, record, 'io') },
    hugetlb: hugePageFigures(sys, place('hugetlb')),
    // bunc puts no container into a resctrl group, and makes no network interface.
    intel_rdt: {},
    network_interfaces: null,
  }
}
