// `update`: the limits of a container that runs.
import { expect } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'

import { hasController, readCgroup } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'

const MIB = 1_048_576

const memory = only(hasController('memory'), 'the memory controller')
const cpu = only(hasController('cpu'), 'the cpu controller')
const cpuset = only(hasController('cpuset'), 'the cpuset controller')
const pids = only(hasController('pids'), 'the pids controller')

const memoryLimit = (pid: number) => readCgroup(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')
const pidsLimit = (pid: number) => readCgroup(pid, 'pids', 'pids.max', 'pids.max')

containerTest(
  'update --pids-limit changes the limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { pids: { limit: 42 } } } })
    await box.ok(['update', '--pids-limit', '43', box.name])
    expect(pidsLimit(pid)).toBe('43')
  },
  pids,
)

containerTest(
  'update --memory takes a number of bytes',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB } } } })
    await box.ok(['update', '--memory', String(96 * MIB), box.name])
    expect(memoryLimit(pid)).toBe(String(96 * MIB))
  },
  memory,
)

for (const [word, bytes] of [
  ['96M', 96 * MIB],
  ['98304k', 96 * MIB],
  ['0.125g', 128 * MIB],
  ['128MiB', 128 * MIB],
] as const) {
  containerTest(
    `update --memory takes ${word}`,
    async (box) => {
      const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB } } } })
      await box.ok(['update', '--memory', word, box.name])
      expect(memoryLimit(pid)).toBe(String(bytes))
    },
    memory,
    lacks('crun', 'takes bytes alone'),
  )
}

containerTest(
  'update --memory -1 lifts the limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB } } } })
    await box.ok(['update', '--memory', '-1', box.name])
    const limit = memoryLimit(pid)
    expect(limit === 'max' || Number(limit) > 2 ** 62).toBe(true)
  },
  memory,
)

containerTest(
  'update --memory-reservation and --memory-swap take sizes',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB, swap: 64 * MIB } } } })
    await box.ok(['update', '--memory', '64M', '--memory-reservation', '32M', '--memory-swap', '80M', box.name])
    const reserved = readCgroup(pid, 'memory', 'memory.soft_limit_in_bytes', 'memory.low')
    const swap = readCgroup(pid, 'memory', 'memory.memsw.limit_in_bytes', 'memory.swap.max')
    expect([reserved, swap]).toEqual([String(32 * MIB), String((unifiedCgroups ? 16 : 80) * MIB)])
  },
  memory,
  lacks('crun', 'takes bytes alone'),
)

containerTest(
  'update --cpu-idle has the container run only when nothing else wants to',
  async (box) => {
    const pid = await box.running()
    await box.ok(['update', '--cpu-idle', '1', box.name])
    expect(readCgroup(pid, 'cpu', 'cpu.idle', 'cpu.idle')).toBe('1')
  },
  cpu,
  lacks('runc', 'has no such flag', { until: '1.2.0' }),
  lacks('crun', 'has no such flag'),
)

containerTest(
  'update changes the bandwidth of the processor',
  async (box) => {
    const pid = await box.running()
    await box.ok(['update', '--cpu-period', '50000', '--cpu-quota', '20000', box.name])
    expect(readCgroup(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toBe(unifiedCgroups ? '20000 50000' : '20000')
  },
  cpu,
)

containerTest(
  'update --cpu-share changes the share',
  async (box) => {
    const pid = await box.running({ linux: { resources: { cpu: { shares: 512 } } } })
    const before = readCgroup(pid, 'cpu', 'cpu.shares', 'cpu.weight')
    await box.ok(['update', '--cpu-share', '2048', box.name])
    expect(Number(readCgroup(pid, 'cpu', 'cpu.shares', 'cpu.weight'))).toBeGreaterThan(Number(before))
  },
  cpu,
)

containerTest(
  'update --cpuset-cpus binds the container',
  async (box) => {
    await box.running()
    await box.ok(['update', '--cpuset-cpus', '0', box.name])
    expect(await box.execShell("grep '^Cpus_allowed_list' /proc/1/status | cut -f2")).toBe('0\n')
  },
  cpuset,
)

containerTest(
  'update --resources reads a file',
  async (box) => {
    const pid = await box.running()
    const file = box.path('resources.json')
    writeFileSync(file, JSON.stringify({ pids: { limit: 44 }, memory: { limit: 80 * MIB } }))
    await box.ok(['update', '--resources', file, box.name])
    expect([pidsLimit(pid), memoryLimit(pid)]).toEqual(['44', String(80 * MIB)])
  },
  pids,
  memory,
)

for (const flags of [['--resources', '-'], ['--resources=-'], ['-r', '-']]) {
  containerTest(
    `update ${flags.join(' ')} reads standard input`,
    async (box) => {
      const pid = await box.running()
      await box.ok(['update', ...flags, box.name], { stdin: JSON.stringify({ pids: { limit: 45 } }) })
      expect(pidsLimit(pid)).toBe('45')
    },
    pids,
  )
}

containerTest(
  'update leaves alone what it is not told to change',
  async (box) => {
    const resources = { pids: { limit: 42 }, memory: { limit: 64 * MIB } }
    const pid = await box.running({ linux: { resources } })
    await box.ok(['update', '--memory', String(96 * MIB), box.name])
    expect([pidsLimit(pid), memoryLimit(pid)]).toEqual(['42', String(96 * MIB)])
  },
  pids,
  memory,
)

containerTest(
  'two updates add up',
  async (box) => {
    const pid = await box.running()
    await box.ok(['update', '--pids-limit', '50', box.name])
    await box.ok(['update', '--memory', String(96 * MIB), box.name])
    expect([pidsLimit(pid), memoryLimit(pid)]).toEqual(['50', String(96 * MIB)])
  },
  pids,
  memory,
)

containerTest(
  'update changes a container that was created and never started',
  async (box) => {
    expect((await box.create()).code).toBe(0)
    await box.ok(['update', '--pids-limit', '46', box.name])
    expect(pidsLimit((await box.state()).pid)).toBe('46')
  },
  pids,
)

containerTest(
  'update does not touch the device rules',
  async (box) => {
    await box.running()
    await box.ok(['update', '--resources', '-', box.name], { stdin: JSON.stringify({ pids: { limit: 45 } }) })
    expect(await box.execShell('echo fine > /dev/null && echo fine')).toBe('fine\n')
  },
  pids,
)

containerTest(
  'update refuses JSON that is none',
  async (box) => {
    const pid = await box.running({ linux: { resources: { pids: { limit: 42 } } } })
    const outcome = await box.call(['update', '--resources', '-', box.name], { stdin: '{"pids":' })
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
    expect(pidsLimit(pid)).toBe('42')
  },
  pids,
)

containerTest(
  'update refuses a number that is none',
  async (box) => {
    const pid = await box.running({ linux: { resources: { pids: { limit: 42 } } } })
    const outcome = await box.call(['update', '--memory', 'much', box.name])
    expect(outcome.code).not.toBe(0)
    expect(pidsLimit(pid)).toBe('42')
  },
  pids,
)

containerTest(
  'update refuses a share of a cache that nobody hands out',
  async (box) => {
    await box.running()
    const outcome = await box.call(['update', '--l3-cache-schema', 'L3:0=f', box.name])
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
  },
  only(!existsSync('/sys/fs/resctrl/schemata'), 'a host without resctrl'),
)

containerTest('update refuses an unknown container', async (box) => {
  assertRefused(await box.call(['update', '--pids-limit', '5', box.name]), /exist|No such file/)
})
