// What is to be mounted as a container's /sys/fs/cgroup.
import { expect, test } from 'bun:test'

import { cgroupTree } from '#src/cgroups/tree.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const nowhere = new PretendedHost({}).kernel.here

test('version 2 is one directory', () => {
  expect(cgroupTree(nowhere, UNIFIED, true)).toEqual({
    version: 2,
    path: '/sys/fs/cgroup/docker/c1',
    hierarchies: [],
    namespace: true,
    foreign: false,
  })
})

test('version 1 is one directory for each hierarchy, with the options that mount it', () => {
  const { version, hierarchies } = cgroupTree(nowhere, LEGACY, false)
  expect(version).toBe(1)
  expect(hierarchies.map(({ name, options }) => [name, ...options].join(' '))).toEqual([
    'cpu,cpuacct cpu cpuacct',
    'cpuset cpuset',
    'memory memory',
    'pids pids',
    'blkio blkio',
    'freezer freezer',
    'systemd none name=systemd',
  ])
  expect(hierarchies[2]?.path).toBe('/sys/fs/cgroup/memory/docker/c1')
})

test('a single hierarchy of version 1 is still version 1', () => {
  const record = { ...LEGACY, hierarchies: LEGACY.hierarchies.slice(0, 1) }
  expect(cgroupTree(nowhere, record, false)).toMatchObject({ version: 1, hierarchies: [{ name: 'cpu,cpuacct' }] })
})

test('a host with both has version 2 among the others, without options', () => {
  expect(cgroupTree(nowhere, HYBRID, false).hierarchies.at(-1)).toEqual({
    name: 'unified',
    options: [],
    path: '/sys/fs/cgroup/unified/docker/c1',
  })
})

test('a container without cgroup sees that of its caller', () => {
  const host = new PretendedHost({
    files: { '/sys/fs/cgroup/cgroup.controllers': '', '/proc/self/cgroup': '0::/user.slice/shell' },
  })
  expect(cgroupTree(host.kernel.here, NONE, false)).toMatchObject({
    version: 2,
    path: '/sys/fs/cgroup/user.slice/shell',
    foreign: true,
  })
})
