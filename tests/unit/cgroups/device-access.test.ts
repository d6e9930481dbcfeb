// How device rules reach a cgroup: which files, which bpf(2) calls, in which order. What the rules come to is tested in
// devices/.
import { describe, expect, test } from 'bun:test'

import { restrictDevices } from '#src/cgroups/device-access.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { type Beginning, PretendedHost } from './pretended-host.ts'
import { legacy, LEGACY, NONE, UNIFIED } from './records.ts'

const V1: CgroupRecord = { driver: 'cgroupfs', hierarchies: [legacy('/c1', 'devices')] }
const DIR = '/sys/fs/cgroup/devices/c1'
const V1_FILES = { [`${DIR}/devices.allow`]: '', [`${DIR}/devices.deny`]: '' }
const V2_FILES = { '/sys/fs/cgroup/docker/c1/cgroup.procs': '' }
const ALL = [{ allow: true, access: 'rwm' }]

const bpfCalls = (host: PretendedHost) =>
  host.calls.filter((line) => line.startsWith('bpf(')).map((line) => line.slice(4))

function restricted(
  record: CgroupRecord,
  beginning: Beginning,
  rules: readonly { allow: boolean; access: string }[] = [],
) {
  const host = new PretendedHost(beginning)
  restrictDevices(host.kernel.here, record, rules)
  return host
}

describe('on version 1', () => {
  test('everything is denied first, then what is allowed is written, one entry at a time, to files opened once', () => {
    const host = restricted(V1, { files: V1_FILES })
    expect(host.calls.filter((line) => line.startsWith('openat'))).toHaveLength(2)
    expect(host.effects[0]).toBe(`write(4<${DIR}/devices.deny>, "a")`)
    expect(host.effects).toContain(`write(3<${DIR}/devices.allow>, "c 1:3 rwm")`)
    expect(host.effects.slice(1).every((line) => line.startsWith(`write(3<${DIR}/devices.allow>`))).toBe(true)
  })

  test('of a cgroup in use nothing is written but what changes', () => {
    const list = 'c 1:3 rwm\nc 7:1 rw\nb *:* m'
    const host = new PretendedHost({ files: { ...V1_FILES, [`${DIR}/devices.list`]: list } })
    restrictDevices(host.kernel.here, V1, [], { inUse: true })
    const written = host.effects.map((line) => /devices\.(\w+>, .*)\)/.exec(line)?.[1])
    expect(written).not.toContain('allow>, "c 1:3 rwm"')
    expect(written).toContain('allow>, "c 1:5 rwm"')
    expect(written.filter((line) => line?.startsWith('deny'))).toEqual(['deny>, "c 7:1 rw"'])
  })

  test('version 2 is left alone where both have a word', () => {
    const both = { ...V1, hierarchies: [...V1.hierarchies, ...UNIFIED.hierarchies] }
    expect(bpfCalls(restricted(both, { files: { ...V1_FILES, ...V2_FILES } }))).toEqual([])
  })
})

describe('on version 2', () => {
  test('a program is attached', () => {
    const host = restricted(UNIFIED, { files: V2_FILES })
    expect(bpfCalls(host)).toEqual([
      'PROG_QUERY, 3</sys/fs/cgroup/docker/c1>) = []',
      expect.stringMatching(/^PROG_LOAD, <\d+ instructions>\) = 4<bpf>$/),
      'PROG_ATTACH, {3</sys/fs/cgroup/docker/c1>, 4<bpf>, BPF_CGROUP_DEVICE})',
    ])
  })

  test('the programs that were there go after the new one has come: at no moment is there none', () => {
    const host = restricted(UNIFIED, { files: V2_FILES, programs: [17, 18] })
    expect(bpfCalls(host).map((line) => line.split(/[,)]/)[0])).toEqual([
      'PROG_QUERY',
      'PROG_LOAD',
      'PROG_ATTACH',
      'PROG_GET_FD_BY_ID',
      'PROG_DETACH',
      'PROG_GET_FD_BY_ID',
      'PROG_DETACH',
    ])
  })

  test('a program that says what the attached one says is not attached', () => {
    const host = restricted(UNIFIED, { files: V2_FILES, programs: [17], tag: 5n })
    expect(bpfCalls(host).map((line) => line.split(/[,)]/)[0])).toEqual([
      ...['PROG_QUERY', 'PROG_LOAD', 'PROG_GET_FD_BY_ID', 'OBJ_GET_INFO_BY_FD', 'OBJ_GET_INFO_BY_FD'],
    ])
  })

  test('one of two that are attached is not enough', () => {
    const host = restricted(UNIFIED, { files: V2_FILES, programs: [17, 18], tag: 5n })
    expect(bpfCalls(host).filter((line) => /^PROG_(ATTACH|DETACH)/.test(line))).toHaveLength(3)
  })

  test('nothing is attached where everything is allowed, and what was is taken away', () => {
    const host = restricted(UNIFIED, { files: V2_FILES, programs: [17] }, ALL)
    expect(bpfCalls(host).map((line) => line.split(/[,)]/)[0])).toEqual([
      'PROG_QUERY',
      'PROG_GET_FD_BY_ID',
      'PROG_DETACH',
    ])
  })

  test('a kernel that counts programs as locked memory is asked again without that limit, which is then put back', () => {
    let refusals = 1
    const forbids: Beginning['forbids'] = (call) => (call === 'bpf PROG_LOAD' && refusals-- > 0 ? 'EPERM' : undefined)
    const host = restricted(UNIFIED, { files: V2_FILES, forbids })
    expect(
      host.calls.filter((line) => /prlimit64|PROG_LOAD/.test(line)).map((line) => line.replace(/, <.*/, '')),
    ).toEqual([
      'prlimit64(0, RLIMIT_MEMLOCK, NULL)',
      'prlimit64(0, RLIMIT_MEMLOCK, {18446744073709551615, 18446744073709551615}, NULL)',
      'bpf(PROG_LOAD',
      'prlimit64(0, RLIMIT_MEMLOCK, {1, 2}, NULL)',
    ])
  })

  test('the limit is put back also when that does not help', () => {
    const forbids: Beginning['forbids'] = (call) => (call === 'bpf PROG_LOAD' ? 'EPERM' : undefined)
    const host = new PretendedHost({ files: V2_FILES, forbids })
    expect(() => restrictDevices(host.kernel.here, UNIFIED, [])).toThrow('EPERM')
    expect(host.calls.filter((line) => line.startsWith('prlimit64')).at(-1)).toContain('{1, 2}')
  })
})

describe('a caller without privilege', () => {
  test.each(['EPERM', 'EACCES'] as const)('sets nothing when that is optional (%s)', (errno) => {
    const host = new PretendedHost({ files: V2_FILES, forbids: (call) => (call.startsWith('bpf') ? errno : undefined) })
    restrictDevices(host.kernel.here, UNIFIED, [], { optional: true })
    expect(bpfCalls(host)).toEqual([])
  })

  test('gets any other error all the same', () => {
    const host = new PretendedHost({
      files: V2_FILES,
      forbids: (call) => (call === 'bpf PROG_LOAD' ? 'EINVAL' : undefined),
    })
    expect(() => restrictDevices(host.kernel.here, UNIFIED, [], { optional: true })).toThrow('EINVAL')
  })
})

test('a host that has no place for rules is refused, unless everything is allowed', () => {
  expect(() => restricted(LEGACY, {})).toThrow('no cgroup has the controller "devices"')
  expect(restricted(LEGACY, {}, ALL).calls).toEqual([])
})

test('a container without cgroup has no rules', () => {
  expect(restricted(NONE, {}).calls).toEqual([])
})
