// What cannot be set on a host, told without a cgroup.

import { expect, test } from 'bun:test'

import { foresee } from '#src/cgroups/foresee.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { PretendedHost } from './pretended-host.ts'

const V1 = ['memory', 'cpuset'].map(
  (name, i) => `3${i} 20 0:3${i} / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}`,
)
const HOSTS = {
  v1: { '/proc/self/mountinfo': V1.join('\n'), '/sys/fs/cgroup/memory/tasks': '' },
  v2: { '/sys/fs/cgroup/cgroup.controllers': 'cpu memory' },
}

const told = (host: keyof typeof HOSTS, resources: LinuxResources) =>
  foresee(new PretendedHost({ files: HOSTS[host] }).kernel.here, resources).map(
    ({ field, message, ignored }) => `${ignored ? 'ignored' : 'refused'} ${field}: ${message}`,
  )

test('what is not asked for is not missing', () => {
  expect(told('v1', {})).toEqual([])
  expect(told('v2', { memory: { limit: 1n }, cpu: { shares: 2 } })).toEqual([])
})

test('a controller is missed by the name that the version has for it', () => {
  const missing = (name: string) =>
    `needs the cgroup controller "${name}", which is not below "/sys/fs/cgroup" of this host`
  expect(told('v1', { cpu: { cpus: '0' }, pids: { limit: 7 } })).toEqual([`refused pids.limit: ${missing('pids')}`])
  expect(told('v2', { cpu: { cpus: '0' }, blockIO: { weight: 10 } })).toEqual([
    `refused cpu.cpus: ${missing('cpuset')}`,
    `refused blockIO.weight: ${missing('io')}`,
  ])
})

test('files of version 2 need version 2, and their controller', () => {
  const unified = { 'memory.high': '1', 'cgroup.freeze': '0', 'hugetlb.2MB.max': '0' }
  expect(told('v2', { unified })).toEqual([
    'refused unified["hugetlb.2MB.max"]: needs the cgroup controller "hugetlb", which is not below "/sys/fs/cgroup" of this host',
  ])
  expect(told('v1', { unified: { 'memory.high': '1' } })).toEqual([
    'refused unified["memory.high"]: is for version 2 of cgroups, which this host does not have',
  ])
})
