// The resources of one file each: processes (config-linux.md#pids), huge pages, network marks and RDMA.

import type { LinuxHugepageLimit, LinuxNetwork, LinuxRdma } from '#src/config/schema/resources.ts'
import { type Family, into, orMax, refused, row, type Setting, unlessZero } from './row.ts'

export const PIDS: Family = {
  controller: ['pids', 'pids'],
  // 0 is a limit: whoever is in the cgroup may not fork.
  rows: [row('pids.limit', ({ pids }) => pids?.limit, into('pids.max', orMax))],
}

export const HUGEPAGES: Family = {
  controller: ['hugetlb', 'hugetlb'],
  rows: [
    row(
      'hugepageLimits',
      ({ hugepageLimits }) => hugepageLimits,
      (limits) => hugepages(limits, 'limit_in_bytes'),
      (limits) => hugepages(limits, 'max'),
    ),
  ],
}

/** What is reserved counts as well (5.7): a process that was promised a page gets a SIGBUS when it is refused later. */
function hugepages(limits: readonly LinuxHugepageLimit[], suffix: string): readonly Setting[] {
  return limits.flatMap(({ pageSize, limit }) => [
    { file: `hugetlb.${pageSize}.${suffix}`, value: String(limit) },
    { file: `hugetlb.${pageSize}.rsvd.${suffix}`, value: String(limit) },
  ])
}

const NO_MARKS = refused('cgroup v2 does not mark packets; nftables can match on the cgroup instead')

export const NET_CLS: Family = {
  controller: ['net_cls', 'net_cls'],
  rows: [row('network.classID', ({ network }) => unlessZero(network?.classID), into('net_cls.classid'), NO_MARKS)],
}

export const NET_PRIO: Family = {
  controller: ['net_prio', 'net_prio'],
  rows: [row('network.priorities', ({ network }) => some(network?.priorities), priorities, NO_MARKS)],
}

/** The file takes one interface with each write. */
function priorities(list: NonNullable<LinuxNetwork['priorities']>): readonly Setting[] {
  return list.map(({ name, priority }) => ({ file: 'net_prio.ifpriomap', value: `${name} ${priority}` }))
}

function some<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}

export const RDMA: Family = {
  controller: ['rdma', 'rdma'],
  rows: [row('rdma', ({ rdma }) => rdma, rdmaLimits)],
}

function rdmaLimits(devices: Readonly<Record<string, LinuxRdma>>): readonly Setting[] {
  return Object.entries(devices).map(([name, { hcaHandles, hcaObjects }]) => {
    const handles = hcaHandles === undefined ? [] : [`hca_handle=${hcaHandles}`]
    const objects = hcaObjects === undefined ? [] : [`hca_object=${hcaObjects}`]
    return { file: 'rdma.max', value: [name, ...handles, ...objects].join(' ') }
  })
}
