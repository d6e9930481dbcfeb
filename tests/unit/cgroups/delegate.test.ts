// Giving a cgroup to a user of the container.
import { expect, test } from 'bun:test'

import { delegate } from '#src/cgroups/delegate.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V2 = '/sys/fs/cgroup/docker/c1'
const own = {
  [`${V2}/cgroup.procs`]: '',
  [`${V2}/cgroup.threads`]: '',
  [`${V2}/cgroup.subtree_control`]: '',
  [`${V2}/memory.max`]: '',
}

test('the directory and the files that the kernel names are given away, and no limit', () => {
  const host = new PretendedHost({
    files: {
      ...own,
      '/sys/kernel/cgroup/delegate': 'cgroup.procs\ncgroup.threads\ncgroup.subtree_control\nmemory.oom.group',
    },
  })
  delegate(host.kernel.here, UNIFIED, 1000, 1001)
  expect(host.effects.map((line) => line.replace(/\d+</, ''))).toEqual([
    `fchownat(${V2}>, "", 1000, 1001, EMPTY_PATH)`,
    `fchownat(${V2}/cgroup.procs>, "", 1000, 1001, EMPTY_PATH)`,
    `fchownat(${V2}/cgroup.threads>, "", 1000, 1001, EMPTY_PATH)`,
    `fchownat(${V2}/cgroup.subtree_control>, "", 1000, 1001, EMPTY_PATH)`,
  ])
})

test('without a list of the kernel, the three that every cgroup has are given away', () => {
  const host = new PretendedHost({ files: own })
  delegate(host.kernel.here, UNIFIED, 1000, 1000)
  expect(host.effects).toHaveLength(4)
})

test('version 1 is never given away', () => {
  for (const record of [LEGACY, HYBRID, NONE]) {
    const host = new PretendedHost({ files: own })
    delegate(host.kernel.here, record, 1000, 1000)
    expect(host.calls).toEqual([])
  }
})
