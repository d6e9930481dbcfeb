// That the real kernel takes what the tables of resources say, and enforces it.
import { describe, expect } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { memoryAccount } from '#src/cgroups/account.ts'
import { apply } from '#src/cgroups/apply.ts'
import { legacyOf } from '#src/cgroups/record.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { hasController } from '#tests/support/cgroup-files.ts'
import { OwnCgroup } from './own-cgroup.ts'
import { testWhere } from './where.ts'

const MIB = 1n << 20n

/** A limit, the file that it is read back from in version 1 and in version 2, and what that must say. */
interface Row {
  readonly resources: LinuxResources
  readonly controller: string
  readonly v1: readonly [file: string, text: string]
  readonly v2: readonly [file: string, text: string]
}

/** The first block device of the host. */
const [block = ''] = readdirSync('/sys/block')
const number = existsSync(`/sys/block/${block}/dev`) ? readFileSync(`/sys/block/${block}/dev`, 'utf8').trim() : '0:0'
const [major = 0, minor = 0] = number.split(':').map(Number)

const ROWS: readonly Row[] = [
  {
    resources: { memory: { limit: 32n * MIB } },
    controller: 'memory',
    v1: ['memory.limit_in_bytes', '33554432'],
    v2: ['memory.max', '33554432'],
  },
  {
    resources: { memory: { reservation: 8n * MIB } },
    controller: 'memory',
    v1: ['memory.soft_limit_in_bytes', '8388608'],
    v2: ['memory.low', '8388608'],
  },
  { resources: { cpu: { shares: 512 } }, controller: 'cpu', v1: ['cpu.shares', '512'], v2: ['cpu.weight', '59'] },
  {
    resources: { cpu: { quota: 20_000, period: 50_000 } },
    controller: 'cpu',
    v1: ['cpu.cfs_quota_us', '20000'],
    v2: ['cpu.max', '20000 50000'],
  },
  {
    resources: { cpu: { quota: 20_000, burst: 10_000 } },
    controller: 'cpu',
    v1: ['cpu.cfs_burst_us', '10000'],
    v2: ['cpu.max.burst', '10000'],
  },
  { resources: { cpu: { idle: 1 } }, controller: 'cpu', v1: ['cpu.idle', '1'], v2: ['cpu.idle', '1'] },
  { resources: { cpu: { cpus: '0' } }, controller: 'cpuset', v1: ['cpuset.cpus', '0'], v2: ['cpuset.cpus', '0'] },
  { resources: { cpu: { mems: '0' } }, controller: 'cpuset', v1: ['cpuset.mems', '0'], v2: ['cpuset.mems', '0'] },
  {
    resources: { hugepageLimits: [{ pageSize: '2MB', limit: 4n * MIB }] },
    controller: 'hugetlb',
    v1: ['hugetlb.2MB.rsvd.limit_in_bytes', '4194304'],
    v2: ['hugetlb.2MB.rsvd.max', '4194304'],
  },
  {
    resources: {
      blockIO: {
        throttleReadBpsDevice: [{ major, minor, rate: MIB }],
        throttleWriteIOPSDevice: [{ major, minor, rate: 10n }],
      },
    },
    controller: hasController('blkio') ? 'blkio' : 'io',
    v1: ['blkio.throttle.write_iops_device', `${number} 10`],
    v2: ['io.max', `${number} rbps=1048576 wbps=max riops=max wiops=10`],
  },
  {
    resources: {
      blockIO: {
        throttleWriteBpsDevice: [{ major, minor, rate: MIB }],
        throttleReadIOPSDevice: [{ major, minor, rate: 10n }],
      },
    },
    controller: hasController('blkio') ? 'blkio' : 'io',
    v1: ['blkio.throttle.read_iops_device', `${number} 10`],
    v2: ['io.max', `${number} rbps=max wbps=1048576 riops=10 wiops=max`],
  },
  { resources: { pids: { limit: 13 } }, controller: 'pids', v1: ['pids.max', '13'], v2: ['pids.max', '13'] },
  { resources: { pids: { limit: 0 } }, controller: 'pids', v1: ['pids.max', '0'], v2: ['pids.max', '0'] },
  { resources: { pids: { limit: -1 } }, controller: 'pids', v1: ['pids.max', 'max'], v2: ['pids.max', 'max'] },
]

describe('the kernel reads back', () => {
  for (const { resources, controller, v1, v2 } of ROWS)
    testWhere([controller], Bun.inspect(resources).replaceAll(/\s+/g, ' '), () => {
      using own = new OwnCgroup()
      expect(apply(here, own.record, resources)).toEqual([])
      const [, text] = legacyOf(own.record, controller) === undefined ? v2 : v1
      expect(own.read(controller, v1[0], v2[0])).toBe(text)
    })
})

describe('limits that bind each other are changed in any direction', () => {
  testWhere(['memory'], 'memory with swap', () => {
    using own = new OwnCgroup()
    const both = (limit: bigint, swap: bigint) => apply(here, own.record, { memory: { limit, swap } })
    for (const size of [64n, 16n, 256n, 32n]) {
      both(size * MIB, 2n * size * MIB)
      expect(own.read('memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(size * MIB))
    }
    both(-1n, -1n)
    expect(BigInt(own.read('memory', 'memory.limit_in_bytes', 'memory.max').replace('max', String(2n ** 63n))))
      // What "none" is depends on the size of a page.
      .toBeGreaterThan(2n ** 62n)
  })

  testWhere(['cpu'], 'quota with burst', () => {
    using own = new OwnCgroup()
    for (const quota of [50_000, 10_000, 80_000]) {
      apply(here, own.record, { cpu: { quota, burst: quota, period: 100_000 } })
      expect(own.read('cpu', 'cpu.cfs_burst_us', 'cpu.max.burst')).toBe(String(quota))
    }
  })

  testWhere(['cpu'], 'shares with idleness', () => {
    using own = new OwnCgroup()
    apply(here, own.record, { cpu: { shares: 512, idle: 1 } })
    expect(own.read('cpu', 'cpu.idle', 'cpu.idle')).toBe('1')
    apply(here, own.record, { cpu: { shares: 2048, idle: 0 } })
    expect(own.read('cpu', 'cpu.idle', 'cpu.idle')).toBe('0')
    expect(own.read('cpu', 'cpu.shares', 'cpu.weight')).toBe(legacyOf(own.record, 'cpu') === undefined ? '174' : '2048')
  })
})

testWhere(
  [hasController('blkio') ? 'blkio' : 'io'],
  'a weight is set where the kernel has weights, and else refused',
  () => {
    using own = new OwnCgroup()
    const set = () => apply(here, own.record, { blockIO: { weight: 500 } })
    const files = [
      own.file('blkio', 'blkio.bfq.weight', 'io.bfq.weight'),
      own.file('blkio', 'blkio.bfq.weight', 'io.weight'),
    ]
    const file = files.find((path) => existsSync(path))
    if (file === undefined) return expect(set).toThrow('the kernel has no such file')
    set()
    expect(readFileSync(file, 'utf8')).toMatch(/^(default )?(500|4950)$/m)
  },
)

testWhere(['memory'], 'a process that wants more memory than the limit is killed, and counted', async () => {
  using own = new OwnCgroup()
  apply(here, own.record, { memory: { limit: 16n * MIB, swap: 16n * MIB } })
  expect(memoryAccount(here, own.record)?.oomKills).toBe(0)
  // A pipe that never ends, into a program that keeps one line in memory.
  await own.shell('exec tail /dev/zero').exited
  const account = memoryAccount(here, own.record)
  expect(account?.oomKills).toBe(1)
  expect(account?.limit).toBe(16n * MIB)
  expect(Number(account?.peak ?? 16n * MIB)).toBeGreaterThan(Number(15n * MIB))
})

testWhere(
  ['memory'],
  'a limit below what is in use is refused with how much that is, when it is asked for',
  async () => {
    using own = new OwnCgroup()
    own.born()
    expect(() => apply(here, own.record, { memory: { limit: 4096n, checkBeforeUpdate: true } })).toThrow(
      /^\d+ bytes are in use, and /,
    )
  },
)

testWhere(['pids'], 'a process that forks more often than the limit is refused', async () => {
  using own = new OwnCgroup()
  apply(here, own.record, { pids: { limit: 3 } })
  const shell = own.shell('sleep 100 & sleep 100 & sleep 100 & wait')
  expect(await shell.exited).not.toBe(0)
})
