// Limits that leave no room for a container's first process: what is said then, and that nothing is left.
import { expect } from 'bun:test'

import { hasController } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'

const memory = only(hasController('memory'), 'the memory controller')
const pids = only(hasController('pids'), 'the pids controller')

containerTest(
  'pids.limit 0 lets no process be made: the first one can be moved there on v1, and cannot be born there on v2',
  async (box) => {
    const spec = { process: { args: ['sh', '-c', 'true & wait'] }, linux: { resources: { pids: { limit: 0 } } } }
    const { code, stderr } = await box.run(spec)
    expect(code).not.toBe(0)
    expect(stderr).toContain(unifiedCgroups ? 'has a limit of 0 processes (pids.max) and holds 0' : "can't fork")
  },
  pids,
  lacks('runc', 'takes 0 for no limit'),
  lacks('crun', 'takes 0 for no limit'),
)

containerTest(
  'a limit that not even the first process can live with is named in the error, with the peak',
  async (box) => {
    const limit = 64 * 1024
    const { code, stderr } = await box.run({
      process: { args: ['true'], oomScoreAdj: 0 },
      linux: { resources: { memory: { limit, swap: limit } } },
    })
    expect(code).toBe(1)
    if (box.runtime.name === 'bunc')
      expect(stderr).toMatch(/init was OOM-killed: its memory limit of 65536 bytes was reached, its peak was \d+/)
    else expect(stderr).toMatch(/memory limit/)
    expect(box.stateIds()).toEqual([])
  },
  memory,
)
