// Every field of linux.resources, with what it becomes in either version: the whole table, checked value by value.
import { describe, expect, test } from 'bun:test'

import { FAMILIES } from '#src/cgroups/resources/table.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'

/** What a row of one version says: `file=value` for each setting, with alternatives, or why there is none. */
function planned(version: 1 | 2, resources: LinuxResources, files: Readonly<Record<string, string>> = {}): string[] {
  return FAMILIES.flatMap(({ rows }) =>
    rows.flatMap(({ plan }) => {
      const settings = plan(version, resources) ?? []
      if ('lack' in settings) return [settings.lack]
      return settings.map(({ file, value, otherwise }) => {
        const text = typeof value === 'string' ? value : value((other) => files[other] ?? '')
        const alternatives = otherwise?.map((other) => ` or ${other.file}=${String(other.value)}`) ?? ['']
        return [`${file}=${text}`, ...(alternatives.length === 0 ? [' or nothing'] : alternatives)].join('')
      })
    }),
  )
}

const NONE_SET: LinuxResources = {
  devices: [],
  memory: {
    limit: 0n,
    reservation: 0n,
    swap: 0n,
    kernel: 0n,
    kernelTCP: 0n,
    disableOOMKiller: false,
    useHierarchy: true,
  },
  cpu: { shares: 0, quota: 0, period: 0, realtimePeriod: 0, realtimeRuntime: 0, cpus: '', mems: '' },
  pids: {},
  blockIO: {
    weight: 0,
    leafWeight: 0,
    weightDevice: [{ major: 8, minor: 0, weight: 0, leafWeight: 0 }],
    throttleReadBpsDevice: [],
  },
  hugepageLimits: [],
  network: { classID: 0, priorities: [] },
  rdma: {},
  unified: {},
}

test.each([1, 2] as const)('what engines write for "not set" sets nothing on version %p', (version) => {
  expect(planned(version, {})).toEqual([])
  expect(planned(version, NONE_SET)).toEqual([])
})

const DEVICE = { major: 8, minor: 16 }

const TABLE: readonly (readonly [LinuxResources, v1: readonly string[], v2: readonly string[]])[] = [
  [{ memory: { limit: 4096n } }, ['memory.limit_in_bytes=4096'], ['memory.max=4096']],
  [{ memory: { reservation: 4096n } }, ['memory.soft_limit_in_bytes=4096'], ['memory.low=4096']],
  [{ memory: { reservation: -1n } }, ['memory.soft_limit_in_bytes=-1'], ['memory.low=max']],
  [{ memory: { swappiness: 0 } }, ['memory.swappiness=0'], ['ignored']],
  [{ memory: { disableOOMKiller: true } }, ['memory.oom_control=1'], ['ignored']],
  [{ memory: { useHierarchy: false } }, ['ignored'], ['ignored']],
  [{ memory: { kernel: 1n, kernelTCP: 1n } }, ['ignored', 'ignored'], ['ignored', 'ignored']],
  [{ cpu: { shares: 1024 } }, ['cpu.shares=1024'], ['cpu.weight=100']],
  [
    { cpu: { quota: 50_000, period: 100_000 } },
    ['cpu.cfs_period_us=100000', 'cpu.cfs_quota_us=50000'],
    ['cpu.max=50000 100000'],
  ],
  [{ cpu: { quota: 50_000 } }, ['cpu.cfs_quota_us=50000'], ['cpu.max=50000']],
  [{ cpu: { quota: -1 } }, ['cpu.cfs_quota_us=-1'], ['cpu.max=max']],
  [{ cpu: { quota: -7, period: 1000 } }, ['cpu.cfs_period_us=1000', 'cpu.cfs_quota_us=-1'], ['cpu.max=max 1000']],
  [{ cpu: { burst: 500 } }, ['cpu.cfs_burst_us=500'], ['cpu.max.burst=500']],
  [{ cpu: { burst: 0 } }, ['cpu.cfs_burst_us=0 or nothing'], ['cpu.max.burst=0 or nothing']],
  [{ cpu: { idle: 1 } }, ['cpu.idle=1'], ['cpu.idle=1']],
  [{ cpu: { idle: 0 } }, ['cpu.idle=0 or nothing'], ['cpu.idle=0 or nothing']],
  [
    { cpu: { realtimePeriod: 9, realtimeRuntime: 5 } },
    ['cpu.rt_period_us=9', 'cpu.rt_runtime_us=5'],
    ['refused', 'refused'],
  ],
  [{ cpu: { cpus: '0-1', mems: '0' } }, ['cpuset.cpus=0-1', 'cpuset.mems=0'], ['cpuset.cpus=0-1', 'cpuset.mems=0']],
  [{ pids: { limit: 0 } }, ['pids.max=0'], ['pids.max=0']],
  [{ pids: { limit: -1 } }, ['pids.max=max'], ['pids.max=max']],
  [{ blockIO: { weight: 500 } }, ['blkio.bfq.weight=500'], ['io.bfq.weight=500 or io.weight=4950']],
  [
    { blockIO: { weightDevice: [{ ...DEVICE, weight: 10 }] } },
    ['blkio.bfq.weight_device=8:16 10'],
    ['io.bfq.weight=8:16 10 or io.weight=8:16 1'],
  ],
  [
    { blockIO: { leafWeight: 10, weightDevice: [{ ...DEVICE, leafWeight: 10 }] } },
    ['ignored', 'ignored'],
    ['ignored', 'ignored'],
  ],
  [
    {
      blockIO: {
        throttleReadBpsDevice: [
          { ...DEVICE, rate: 1n },
          { major: 9, minor: 0, rate: 18_446_744_073_709_551_615n },
        ],
        throttleWriteBpsDevice: [{ ...DEVICE, rate: 2n }],
        throttleReadIOPSDevice: [{ ...DEVICE, rate: 3n }],
        throttleWriteIOPSDevice: [{ ...DEVICE, rate: 0n }],
      },
    },
    [
      'blkio.throttle.read_bps_device=8:16 1',
      'blkio.throttle.read_bps_device=9:0 18446744073709551615',
      'blkio.throttle.write_bps_device=8:16 2',
      'blkio.throttle.read_iops_device=8:16 3',
      'blkio.throttle.write_iops_device=8:16 0',
    ],
    ['io.max=8:16 rbps=1 wbps=2 riops=3 wiops=max', 'io.max=9:0 rbps=18446744073709551615'],
  ],
  [
    { hugepageLimits: [{ pageSize: '2MB', limit: 0n }] },
    ['hugetlb.2MB.limit_in_bytes=0', 'hugetlb.2MB.rsvd.limit_in_bytes=0'],
    ['hugetlb.2MB.max=0', 'hugetlb.2MB.rsvd.max=0'],
  ],
  [{ network: { classID: 0x10001 } }, ['net_cls.classid=65537'], ['refused']],
  [
    {
      network: {
        priorities: [
          { name: 'lo', priority: 1 },
          { name: 'eth0', priority: 2 },
        ],
      },
    },
    ['net_prio.ifpriomap=lo 1', 'net_prio.ifpriomap=eth0 2'],
    ['refused'],
  ],
  [
    { rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, rxe3: { hcaObjects: 0 } } },
    ['rdma.max=mlx5_1 hca_handle=3 hca_object=10000', 'rdma.max=rxe3 hca_object=0'],
    ['rdma.max=mlx5_1 hca_handle=3 hca_object=10000', 'rdma.max=rxe3 hca_object=0'],
  ],
]

for (const [resources, v1, v2] of TABLE)
  describe(Bun.inspect(resources).replaceAll(/\s+/g, ' '), () => {
    test('on version 1', () => expect(planned(1, resources)).toEqual([...v1]))
    test('on version 2', () => expect(planned(2, resources)).toEqual([...v2]))
  })

describe('memory and swap', () => {
  const swap = (version: 1 | 2, memory: NonNullable<LinuxResources['memory']>, max = 'max') =>
    planned(version, { memory }, { 'memory.max': max }).filter((line) => /swap|memsw/.test(line))

  test('are limited together by version 1', () => {
    expect(swap(1, { limit: 100n, swap: 150n })).toEqual(['memory.memsw.limit_in_bytes=150'])
    expect(swap(1, { swap: -1n })).toEqual(['memory.memsw.limit_in_bytes=-1 or nothing'])
  })

  test('are limited apart by version 2', () => {
    expect(swap(2, { limit: 100n, swap: 150n })).toEqual(['memory.swap.max=50'])
    expect(swap(2, { limit: 100n, swap: 100n })).toEqual(['memory.swap.max=0 or nothing'])
    expect(swap(2, { limit: 100n, swap: -1n })).toEqual(['memory.swap.max=max or nothing'])
    expect(swap(2, { limit: -1n, swap: 150n })).toEqual(['memory.swap.max=150'])
  })

  test('are both without limit when memory is and swap is not named', () => {
    expect(swap(1, { limit: -1n })).toEqual(['memory.memsw.limit_in_bytes=-1 or nothing'])
    expect(swap(2, { limit: -1n })).toEqual(['memory.swap.max=max or nothing'])
  })

  test('an update of swap alone counts from the limit that is there', () => {
    expect(swap(2, { swap: 150n }, '100')).toEqual(['memory.swap.max=50'])
    expect(swap(2, { swap: 150n }, 'max')).toEqual(['memory.swap.max=150'])
  })

  test('swap below memory is refused', () => {
    expect(() => swap(2, { limit: 100n, swap: 99n })).toThrow(
      '99 counts memory as well and is below the memory limit 100',
    )
    expect(() => swap(2, { swap: 99n }, '100')).toThrow('below the memory limit 100')
  })
})

describe('checkBeforeUpdate', () => {
  const checked = (limit: bigint, current: string) =>
    planned(2, { memory: { limit, checkBeforeUpdate: true } }, { 'memory.current': current }).at(0)

  test('refuses a limit below what is in use, which version 2 would enforce by killing', () => {
    expect(() => checked(99n, '100')).toThrow('100 bytes are in use')
  })

  test('lets any other limit pass', () => {
    expect(checked(100n, '100')).toBe('memory.max=100')
    expect(checked(-1n, '100')).toBe('memory.max=max')
  })
})

test('an update of the period alone keeps the quota of version 2', () => {
  expect(planned(2, { cpu: { period: 1000 } }, { 'cpu.max': '50000 100000' })).toEqual(['cpu.max=50000 1000'])
  expect(planned(2, { cpu: { period: 1000 } }, { 'cpu.max': 'max 100000' })).toEqual(['cpu.max=max 1000'])
})
