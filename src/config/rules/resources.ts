// The rules of `linux.resources`, which `update --resources` obeys as well. What this host's controllers lack is seen
// where they are written.

import type { LinuxResources } from '../schema/resources.ts'
import { shown } from '../shown.ts'
import { each, eachKey, problem, type Rule } from '../rule.ts'
import { isFileName } from './text.ts'

const access: Rule<LinuxResources> = {
  name: 'device rules say what they allow or deny',
  spec: 'config-linux.md#allowed-device-list',
  reads: ['devices'],
  check: ({ devices = [] }) =>
    each(devices, ({ access }, index) => {
      if (access === '') return problem(['devices', index, 'access'], 'is empty')
      for (const letter of access)
        if (!'rwm'.includes(letter))
          return problem(['devices', index, 'access'], `${shown(access)} is not made of "r", "w" and "m"`)
      return []
    }),
}

const swap: Rule<LinuxResources> = {
  name: 'memory.swap, which counts memory as well, is not below memory.limit',
  spec: 'config-linux.md#memory',
  reads: ['memory.limit', 'memory.swap'],
  check({ memory: { limit, swap } = {} }) {
    if (limit === undefined || swap === undefined || swap <= 0n || swap >= limit) return []
    return problem(['memory', 'swap'], `${swap} is below the memory limit ${limit}`)
  },
}

const burst: Rule<LinuxResources> = {
  name: 'cpu.burst is not above cpu.quota',
  spec: 'config-linux.md#cpu',
  reads: ['cpu.burst', 'cpu.quota'],
  check({ cpu: { burst = 0, quota = 0 } = {} }) {
    return quota <= 0 || burst <= quota ? [] : problem(['cpu', 'burst'], `${burst} is above the quota ${quota}`)
  },
}

const weights: Rule<LinuxResources> = {
  name: 'blockIO.weightDevice entries have a weight',
  spec: 'config-linux.md#block-io',
  reads: ['blockIO.weightDevice'],
  check: ({ blockIO: { weightDevice = [] } = {} }) =>
    each(weightDevice, ({ weight, leafWeight }, index) =>
      weight === undefined && leafWeight === undefined
        ? problem(['blockIO', 'weightDevice', index], 'has neither weight nor leafWeight')
        : [],
    ),
}

const hugepages: Rule<LinuxResources> = {
  name: 'hugepageLimits name sizes of pages',
  spec: 'config-linux.md#huge-page-limits',
  reads: ['hugepageLimits'],
  check: ({ hugepageLimits = [] }) =>
    each(hugepageLimits, ({ pageSize }, index) =>
      /^[1-9][0-9]*[KMGTP]B$/.test(pageSize)
        ? []
        : problem(['hugepageLimits', index, 'pageSize'], `${shown(pageSize)} is not a size of pages as "2MB"`),
    ),
}

const rdma: Rule<LinuxResources> = {
  name: 'rdma entries have a limit',
  spec: 'config-linux.md#rdma',
  reads: ['rdma'],
  check: ({ rdma = {} }) =>
    eachKey(rdma, (device, { hcaHandles, hcaObjects }) =>
      hcaHandles === undefined && hcaObjects === undefined
        ? problem(['rdma', device], 'has neither hcaHandles nor hcaObjects')
        : [],
    ),
}

const unified: Rule<LinuxResources> = {
  name: 'unified names files of the cgroup',
  spec: 'config-linux.md#unified',
  reads: ['unified'],
  // A slash would reach the cgroups of others.
  check: ({ unified = {} }) =>
    eachKey(unified, (file) =>
      isFileName(file) ? [] : problem(['unified', file], 'is not the name of a file in a cgroup'),
    ),
}

export const resourceRules: readonly Rule<LinuxResources>[] = [access, swap, burst, weights, hugepages, rdma, unified]
