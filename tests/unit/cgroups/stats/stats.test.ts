// The figures of a container, in each layout of a host.
import { describe, expect, test } from 'bun:test'

import type { CgroupRecord } from '#src/cgroups/record.ts'
import { figure, keyed, listed } from '#src/cgroups/stats/figures.ts'
import { parsePressure } from '#src/cgroups/stats/pressure.ts'
import { readStats } from '#src/cgroups/stats/stats.ts'
import { PretendedHost } from '../pretended-host.ts'
import { HYBRID, legacy, LEGACY, NONE, UNIFIED } from '../records.ts'

const MAX = (1n << 64n) - 1n
const STALLS = 'some avg10=1.50 avg60=0.92 avg300=0.00 total=5005933104\nfull avg10=0.00 avg60=0.25 avg300=0.00 total=7'

function inDirectory(path: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${path}/${name}`, text]))
}

function statsOf(record: CgroupRecord, files: Readonly<Record<string, string>>) {
  return readStats(new PretendedHost({ files }).kernel.here, record)
}

const V2 = '/sys/fs/cgroup/docker/c1'

describe('version 2', () => {
  test('counts processor time in microseconds, and nanoseconds are told', () => {
    const text = 'usage_usec 30\nuser_usec 10\nsystem_usec 20\nnr_periods 4\nnr_throttled 3\nthrottled_usec 2'
    expect(statsOf(UNIFIED, inDirectory(V2, { 'cpu.stat': text })).cpu).toEqual({
      usage: { total: 30_000n, user: 10_000n, kernel: 20_000n },
      throttling: { periods: 4n, throttledPeriods: 3n, throttledTime: 2000n },
      psi: undefined,
    })
  })

  test('counts swap apart, and the sum with memory is told', () => {
    const files = { 'memory.current': '10', 'memory.max': '20', 'memory.peak': '15' }
    const swap = { 'memory.swap.current': '1', 'memory.swap.max': '5' }
    const { memory } = statsOf(UNIFIED, inDirectory(V2, { ...files, ...swap, 'memory.stat': 'file 4\nanon 6' }))
    expect(memory).toMatchObject({
      cache: 4n,
      usage: { limit: 20n, usage: 10n, max: 15n, failcnt: 0n },
      swap: { limit: 25n, usage: 11n, failcnt: 0n },
      raw: { anon: 6n, file: 4n },
    })
  })

  test('a limit of memory that is none makes the sum with swap none', () => {
    const files = { 'memory.max': 'max', 'memory.swap.max': '5' }
    expect(statsOf(UNIFIED, inDirectory(V2, files)).memory.swap.limit).toBe(MAX)
  })

  test('tells of block I/O what version 1 would tell', () => {
    const files = { 'io.stat': '8:16 rbytes=4096 wbytes=0 rios=1 wios=2 dbytes=9 dios=9\n253:0 ' }
    expect(statsOf(UNIFIED, inDirectory(V2, files)).blkio).toMatchObject({
      ioServiceBytesRecursive: [
        { major: 8n, minor: 16n, op: 'Read', value: 4096n },
        { major: 8n, minor: 16n, op: 'Write', value: undefined },
      ],
      ioServicedRecursive: [
        { op: 'Read', value: 1n },
        { op: 'Write', value: 2n },
      ],
    })
  })

  test('tells huge pages by their size, reserved ones where the kernel counts them', () => {
    const small = { 'hugetlb.2MB.max': 'max', 'hugetlb.2MB.current': '1', 'hugetlb.2MB.rsvd.current': '2' }
    const large = { 'hugetlb.1GB.max': '0', 'hugetlb.1GB.current': '3', 'hugetlb.1GB.events': 'max 5' }
    expect(statsOf(UNIFIED, inDirectory(V2, { ...small, ...large })).hugetlb).toEqual({
      '1GB': { usage: 3n, failcnt: 5n },
      '2MB': { usage: 2n, failcnt: 0n },
    })
  })

  test('tells how long was waited for each resource', () => {
    const files = { 'cpu.pressure': STALLS, 'memory.pressure': STALLS, 'io.pressure': STALLS }
    const { cpu, memory, blkio } = statsOf(UNIFIED, inDirectory(V2, files))
    for (const { psi } of [cpu, memory, blkio])
      expect(psi).toEqual({
        some: { avg10: 1.5, avg60: 0.92, avg300: 0, total: 5005933104n },
        full: { avg10: 0, avg60: 0.25, avg300: 0, total: 7n },
      })
  })

  test('a kernel that was started without pressure stall information is no error', () => {
    const files = inDirectory(V2, { 'cpu.pressure': STALLS })
    const forbids = (call: string) => (call === 'read' ? 'EOPNOTSUPP' : undefined)
    expect(readStats(new PretendedHost({ files, forbids }).kernel.here, UNIFIED).cpu.psi).toBeUndefined()
  })
})

describe('version 1', () => {
  const at = (controllers: string, files: Readonly<Record<string, string>>) =>
    inDirectory(`/sys/fs/cgroup/${controllers}/docker/c1`, files)

  test('tells processor time as a whole and by processor', () => {
    const files = at('cpu,cpuacct', {
      'cpuacct.usage': '30',
      'cpuacct.usage_percpu': '10 20 ',
      'cpuacct.usage_all': 'cpu user system\n0 1 2\n1 3 4',
      'cpuacct.stat': 'user 5\nsystem 7',
      'cpu.stat': 'nr_periods 4\nnr_throttled 3\nthrottled_time 2',
    })
    expect(statsOf(LEGACY, files).cpu).toMatchObject({
      usage: {
        total: 30n,
        percpu: [10n, 20n],
        percpu_user: [1n, 3n],
        percpu_kernel: [2n, 4n],
        // Clock ticks of ten milliseconds.
        user: 50_000_000n,
        kernel: 70_000_000n,
      },
      throttling: { periods: 4n, throttledPeriods: 3n, throttledTime: 2n },
    })
  })

  test('tells memory, with swap, of the kernel and of TCP', () => {
    const kinds = ['', 'memsw.', 'kmem.', 'kmem.tcp.']
    const files = kinds.map((kind, i) => ({
      [`memory.${kind}limit_in_bytes`]: `${i}1`,
      [`memory.${kind}usage_in_bytes`]: `${i}2`,
      [`memory.${kind}max_usage_in_bytes`]: `${i}3`,
      [`memory.${kind}failcnt`]: `${i}4`,
    }))
    const entry = (i: bigint) => ({
      limit: 10n * i + 1n,
      usage: 10n * i + 2n,
      max: 10n * i + 3n,
      failcnt: 10n * i + 4n,
    })
    const { memory } = statsOf(LEGACY, at('memory', Object.assign({ 'memory.stat': 'cache 9' }, ...files)))
    expect(memory).toMatchObject({
      cache: 9n,
      usage: entry(0n),
      swap: entry(1n),
      kernel: entry(2n),
      kernelTCP: entry(3n),
    })
  })

  test('tells processors and nodes as lists', () => {
    const files = at('cpuset', { 'cpuset.cpus': '0-2,7', 'cpuset.mems': '0', 'cpuset.sched_relax_domain_level': '-1' })
    expect(statsOf(LEGACY, files).cpuset).toMatchObject({
      cpus: [0, 1, 2, 7],
      mems: [0],
      cpu_exclusive: 0n,
      sched_relax_domain_level: -1n,
    })
  })

  test('tells block I/O out of the file that has any, without the sum of all devices', () => {
    const files = at('blkio', {
      'blkio.bfq.io_serviced_recursive': 'Total 0',
      'blkio.throttle.io_serviced_recursive': '8:0 Read 2\n8:0 Total 2\nTotal 2',
      'blkio.bfq.time_recursive': '8:0 77',
    })
    expect(statsOf(LEGACY, files).blkio).toMatchObject({
      ioServicedRecursive: [
        { major: 8n, minor: undefined, op: 'Read', value: 2n },
        { major: 8n, minor: undefined, op: 'Total', value: 2n },
      ],
      ioTimeRecursive: [{ major: 8n, minor: undefined, op: undefined, value: 77n }],
    })
  })

  test('tells huge pages with the most that were used', () => {
    const record = { ...LEGACY, hierarchies: [legacy('/docker/c1', 'hugetlb')] }
    const files = at('hugetlb', {
      'hugetlb.2MB.limit_in_bytes': '9',
      'hugetlb.2MB.usage_in_bytes': '1',
      'hugetlb.2MB.max_usage_in_bytes': '2',
      'hugetlb.2MB.failcnt': '3',
    })
    expect(statsOf(record, files).hugetlb).toEqual({ '2MB': { usage: 1n, max: 2n, failcnt: 3n } })
  })

  test('tells how many processes there are, and no limit where there is none', () => {
    expect(statsOf(LEGACY, at('pids', { 'pids.current': '3', 'pids.max': 'max' })).pids).toEqual({
      current: 3n,
      limit: undefined,
    })
    expect(statsOf(LEGACY, at('pids', { 'pids.current': '3', 'pids.max': '5' })).pids.limit).toBe(5n)
  })
})

test('a hybrid host counts in both', () => {
  const files = {
    ...inDirectory('/sys/fs/cgroup/memory/docker/c1', { 'memory.usage_in_bytes': '7' }),
    ...inDirectory('/sys/fs/cgroup/unified/docker/c1', { 'memory.current': '8', 'pids.current': '2' }),
  }
  const { memory, pids } = statsOf(HYBRID, files)
  expect([memory.usage.usage, pids.current]).toEqual([7n, 2n])
})

test('a container without a cgroup has figures, and all of them are nothing', () => {
  expect(statsOf(NONE, {})).toMatchObject({ pids: {}, hugetlb: {}, memory: { usage: { limit: 0n, failcnt: 0n } } })
})

test('the forms of the files', () => {
  expect([figure('max'), figure('12'), figure('-1'), figure('')]).toEqual([MAX, 12n, -1n, 0n])
  expect(Object.entries(keyed('b 2\na 1\nthree words here'))).toEqual([
    ['a', 1n],
    ['b', 2n],
  ])
  expect(listed('')).toEqual([])
  expect(parsePressure('some avg10=0.10 avg60=0.00 avg300=0.00 total=3').full.total).toBe(0n)
})
