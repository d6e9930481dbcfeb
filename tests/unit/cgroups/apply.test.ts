// Setting limits: where each is written, in which order, and what is said when the kernel refuses.
import { describe, expect, test } from 'bun:test'

import { sentence } from '#src/failure.ts'
import { apply } from '#src/cgroups/apply.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { type Beginning, PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V1 = '/sys/fs/cgroup/memory/docker/c1'
const V2 = '/sys/fs/cgroup/docker/c1'
const LIMITS = { 'memory.limit_in_bytes': '100', 'memory.memsw.limit_in_bytes': '100', 'memory.usage_in_bytes': '40' }

function at(path: string, files: Readonly<Record<string, string>>): Record<string, string> {
  const all = { 'cgroup.procs': '', ...files }
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`${path}/${file}`, text]))
}

/** What was written: `file=value`. */
function written(host: PretendedHost): string[] {
  return host.effects.map((line) => line.replace(/^write\(\d+<.*\/(.*)>, "(.*)"\)$/, '$1=$2'))
}

function applied(record: CgroupRecord, resources: LinuxResources, beginning: Beginning): PretendedHost {
  const host = new PretendedHost(beginning)
  apply(host.kernel.here, record, resources)
  return host
}

function refusal(record: CgroupRecord, resources: LinuxResources, beginning: Beginning): string {
  try {
    applied(record, resources, beginning)
  } catch (error) {
    return sentence(error)
  }
  return 'nothing was refused'
}

test('a container without limits costs no call at all', () => {
  for (const record of [UNIFIED, LEGACY, HYBRID, NONE]) {
    const host = applied(record, { memory: { limit: 0n }, cpu: {}, pids: {}, hugepageLimits: [] }, {})
    expect(host.calls).toEqual([])
  }
})

test('a container without cgroup ignores limits, and says of each that it does', () => {
  const host = new PretendedHost({})
  const resources = { memory: { limit: 5n }, pids: { limit: 7 }, unified: { 'cpu.idle': '1' } }
  expect(apply(host.kernel.here, NONE, resources)).toEqual([
    'linux.resources.memory.limit is ignored: the container has no cgroup',
    'linux.resources.pids.limit is ignored: the container has no cgroup',
    'linux.resources.unified["cpu.idle"] is ignored: the container has no cgroup',
  ])
  expect(host.calls).toEqual([])
})

test('a limit is three calls', () => {
  const host = applied(UNIFIED, { pids: { limit: 7 } }, { files: at(V2, { 'pids.max': 'max' }) })
  expect(host.calls).toEqual([
    `openat(AT_FDCWD, "${V2}/pids.max", WRONLY) = 3<${V2}/pids.max>`,
    `write(3<${V2}/pids.max>, "7")`,
    `close(3<${V2}/pids.max>)`,
  ])
})

test('what is ignored is told, once for each field', () => {
  const host = new PretendedHost({ files: at(V2, {}) })
  expect(apply(host.kernel.here, UNIFIED, { memory: { swappiness: 1, kernel: 1n } })).toEqual([
    'linux.resources.memory.swappiness is ignored: cgroup v2 has one swappiness for the whole host (vm.swappiness)',
    'linux.resources.memory.kernel is ignored: the kernel does not count kernel memory apart any more',
  ])
  expect(host.calls).toEqual([])
})

describe('files that bind each other', () => {
  /** As version 1 does: memory never above memory and swap together. */
  const bound = (limit: string, both: string): Beginning => {
    const files = new Map([
      ['memory.limit_in_bytes', limit],
      ['memory.memsw.limit_in_bytes', both],
    ])
    return {
      files: at(V1, Object.fromEntries(files)),
      refuses: (path, text) => {
        const file = path.split('/').at(-1) ?? ''
        const after = new Map(files).set(file, text)
        if (Number(after.get('memory.limit_in_bytes')) > Number(after.get('memory.memsw.limit_in_bytes')))
          return 'EINVAL'
        files.set(file, text)
        return undefined
      },
    }
  }

  test('are lowered in the one order', () => {
    const host = applied(LEGACY, { memory: { limit: 50n, swap: 60n } }, bound('100', '200'))
    expect(written(host)).toEqual(['memory.limit_in_bytes=50', 'memory.memsw.limit_in_bytes=60'])
  })

  test('are raised in the other, without looking', () => {
    const host = applied(LEGACY, { memory: { limit: 300n, swap: 400n } }, bound('100', '200'))
    expect(written(host)).toEqual(['memory.memsw.limit_in_bytes=400', 'memory.limit_in_bytes=300'])
    expect(host.calls.filter((line) => line.startsWith('read'))).toEqual([])
  })

  test('are refused when no order helps, with what stands in the way', () => {
    expect(refusal(LEGACY, { memory: { limit: 300n } }, bound('100', '200'))).toBe(
      'Cannot set memory.limit_in_bytes for linux.resources.memory.limit: ' +
        'it is above the limit of memory and swap together, 200 bytes, which memory.swap sets',
    )
  })
})

describe('a refusal', () => {
  test('of a limit below what is in use tells how much that is', () => {
    const line = refusal(LEGACY, { memory: { limit: 30n } }, { files: at(V1, LIMITS), refuses: () => 'EBUSY' })
    expect(line).toBe(
      'Cannot set memory.limit_in_bytes for linux.resources.memory.limit: ' +
        '40 bytes are in use, and the kernel cannot get enough of them back',
    )
  })

  test('that nobody can explain keeps the call and its errno', () => {
    const line = refusal(
      UNIFIED,
      { cpu: { cpus: '99' } },
      { files: at(V2, { 'cpuset.cpus': '' }), refuses: () => 'ERANGE' },
    )
    expect(line).toStartWith('Cannot set cpuset.cpus for linux.resources.cpu.cpus: write(')
    expect(line).toContain('"99") = ERANGE')
  })

  test('to open a file keeps the call and its errno', () => {
    const files = at(V2, { 'pids.max': '' })
    const forbids: Beginning['forbids'] = (_, path) => (path.endsWith('pids.max') ? 'EACCES' : undefined)
    expect(refusal(UNIFIED, { pids: { limit: 1 } }, { files, forbids })).toContain('WRONLY) = EACCES')
  })

  test('to write with an errno that says "missing" elsewhere keeps the call', () => {
    const files = at(V2, { 'pids.max': '' })
    expect(refusal(UNIFIED, { pids: { limit: 1 } }, { files, refuses: () => 'ENOENT' })).toContain('"1") = ENOENT')
    const memory = { files: at(V1, LIMITS), refuses: () => 'ENOSPC' as const }
    expect(refusal(LEGACY, { memory: { limit: 1n } }, memory)).toContain('"1") = ENOSPC')
  })

  test('of a value that depends on another file which is missing says so', () => {
    const files = { ...at(V2, { 'memory.swap.max': '' }), ...at('/sys/fs/cgroup', { 'cgroup.controllers': '' }) }
    expect(refusal(UNIFIED, { memory: { swap: 1n } }, { files })).toContain('the controller "memory" is not available')
    const there = { files: at(V2, { 'memory.swap.max': '', 'memory.max': '10' }) }
    expect(written(applied(UNIFIED, { memory: { swap: 15n } }, there))).toEqual(['memory.swap.max=5'])
  })

  test('of an invalid value ends, although it is tried twice', () => {
    const line = refusal(
      UNIFIED,
      { pids: { limit: 1 } },
      { files: at(V2, { 'pids.max': '' }), refuses: () => 'EINVAL' },
    )
    expect(line).toContain('= EINVAL')
  })

  test('for want of a controller of version 2 names the cgroup that keeps it back', () => {
    const files = { ...at(V2, {}), ...at('/sys/fs/cgroup', { 'cgroup.controllers': 'cpu' }) }
    expect(refusal(UNIFIED, { memory: { limit: 1n } }, { files })).toBe(
      'Cannot set memory.max for linux.resources.memory.limit: ' +
        'the controller "memory" is not available: "/sys/fs/cgroup" offers "cpu"',
    )
  })

  test('for want of a hierarchy of version 1 names the controller', () => {
    expect(refusal(LEGACY, { hugepageLimits: [{ pageSize: '2MB', limit: 1n }] }, {})).toBe(
      'Cannot set linux.resources.hugepageLimits: no cgroup has the controller "hugetlb"',
    )
  })

  test('for want of a file of version 1 says that the kernel has none', () => {
    expect(refusal(LEGACY, { memory: { swap: 1n } }, { files: at(V1, {}) })).toBe(
      'Cannot set memory.memsw.limit_in_bytes for linux.resources.memory.swap: the kernel has no such file',
    )
  })

  test('for want of the cgroup says that it is gone', () => {
    expect(refusal(UNIFIED, { pids: { limit: 1 } }, {})).toEndWith(': the cgroup is gone')
  })

  test('of what version 2 cannot do says why', () => {
    expect(refusal(UNIFIED, { network: { classID: 1 } }, {})).toBe(
      'Cannot set linux.resources.network.classID: ' +
        'cgroup v2 does not mark packets; nftables can match on the cgroup instead',
    )
  })
})

describe('where the kernel has one of two files', () => {
  test('a weight is written to BFQ when that is there', () => {
    const files = at(V2, { 'io.bfq.weight': '', 'io.weight': '' })
    expect(written(applied(UNIFIED, { blockIO: { weight: 10 } }, { files })).slice(0, 1)).toEqual(['io.bfq.weight=10'])
  })

  test('and converted for io.weight when it is not', () => {
    const host = applied(UNIFIED, { blockIO: { weight: 10 } }, { files: at(V2, { 'io.weight': '' }) })
    expect(host.files.get(`${V2}/io.weight`)).toBe('1')
  })

  test('no swap is written where there is no swap', () => {
    const host = applied(UNIFIED, { memory: { limit: 9n, swap: 9n } }, { files: at(V2, { 'memory.max': '' }) })
    expect(host.files.get(`${V2}/memory.max`)).toBe('9')
    expect(host.files.has(`${V2}/memory.swap.max`)).toBe(false)
  })
})

describe('unified', () => {
  test('is written to version 2, line by line', () => {
    const files = at(V2, { 'io.max': '', 'cgroup.max.depth': '' })
    const host = applied(
      UNIFIED,
      { unified: { 'cgroup.max.depth': '2', 'io.max': '8:0 rbps=1\n8:16 rbps=2\n' } },
      { files },
    )
    expect(written(host)).toEqual(['cgroup.max.depth=2', 'io.max=8:0 rbps=1', 'io.max=8:16 rbps=2'])
  })

  test('comes after the other fields, so that it has the last word', () => {
    const files = at(V2, { 'memory.max': '' })
    const host = applied(UNIFIED, { unified: { 'memory.max': '1' }, memory: { limit: 2n } }, { files })
    expect(written(host)).toEqual(['memory.max=2', 'memory.max=1'])
  })

  test('is refused for a controller that is mounted as version 1', () => {
    expect(refusal(HYBRID, { unified: { 'memory.max': '1' } }, {})).toBe(
      'Cannot set linux.resources.unified["memory.max"]: "memory" is mounted as cgroup v1 on this host',
    )
    expect(refusal(LEGACY, { unified: { 'io.max': '1' } }, {})).toContain('no cgroup has the controller "io"')
  })

  test('names a file that no controller has', () => {
    const files = { ...at(V2, {}), ...at('/sys/fs/cgroup', { 'cgroup.controllers': '' }) }
    expect(refusal(UNIFIED, { unified: { 'cgroup.nothing': '1' } }, { files })).toEndWith(
      'Cannot set cgroup.nothing for linux.resources.unified["cgroup.nothing"]: the kernel has no such file',
    )
  })
})

test('on a host with both, a controller that is mounted as version 1 is used there', () => {
  const host = applied(HYBRID, { memory: { limit: 50n } }, { files: at(V1, LIMITS) })
  expect(written(host)).toEqual(['memory.limit_in_bytes=50'])
})

test('on a host with both, a controller that version 1 has not got is handed down and used in version 2', () => {
  const mount = '/sys/fs/cgroup/unified'
  const files = {
    ...at(mount, { 'cgroup.controllers': 'hugetlb', 'cgroup.subtree_control': '' }),
    ...at(`${mount}/docker`, { 'cgroup.subtree_control': '' }),
    ...at(`${mount}/docker/c1`, {
      'cgroup.controllers': '',
      'cgroup.type': 'domain',
      'hugetlb.2MB.max': 'max',
      'hugetlb.2MB.rsvd.max': 'max',
    }),
  }
  const host = applied(HYBRID, { hugepageLimits: [{ pageSize: '2MB', limit: 5n }] }, { files })
  expect(written(host)).toEqual([
    'cgroup.subtree_control=+hugetlb',
    'cgroup.subtree_control=+hugetlb',
    'hugetlb.2MB.max=5',
    'hugetlb.2MB.rsvd.max=5',
  ])
})
