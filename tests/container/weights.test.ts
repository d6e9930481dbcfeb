// What only a host with every controller of cgroup v2 has: weights of block devices, and pressure stall information.
import { expect } from 'bun:test'
import { existsSync } from 'node:fs'

import { readCgroup } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'

/** Of the kernel's own controller (CONFIG_BLK_CGROUP_IOCOST), and not of BFQ; the root has none. */
const places = ['init', 'system.slice'].map((name) => `/sys/fs/cgroup/${name}/io.weight`)
const weights = only(
  places.some((path) => existsSync(path)),
  'a kernel with io.weight',
)
const stalls = only(existsSync('/sys/fs/cgroup/cgroup.controllers') && existsSync('/proc/pressure/memory'), 'PSI')

containerTest(
  'blockIO.weight is the weight of v2, which counts to ten times as much',
  async (box) => {
    const pid = await box.running({ linux: { resources: { blockIO: { weight: 500 } } } })
    const weight = Number(/default (\d+)/.exec(readCgroup(pid, 'blkio', '', 'io.weight'))?.[1])
    // From 10 to 1000 there, from 1 to 10000 here.
    expect(weight).toBe(1 + Math.floor(((500 - 10) * 9999) / 990))
  },
  weights,
)

containerTest(
  'events --stats tells how long processes have waited for the CPU, for memory and for devices',
  async (box) => {
    await box.running({ process: { args: ['sleep', '1000'] } })
    const { data } = JSON.parse(await box.ok(['events', '--stats', box.name]))
    for (const part of [data.cpu, data.memory, data.blkio])
      expect(Object.keys(part.psi.some)).toEqual(['avg10', 'avg60', 'avg300', 'total'])
  },
  stalls,
  lacks('runc', 'an older one does not tell', { until: '1.2' }),
  lacks('crun', 'has no such command'),
)
