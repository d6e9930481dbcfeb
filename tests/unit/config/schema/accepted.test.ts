/** What the schemas make of good values: defaults, exact 64-bit numbers, and the names that other layers derive from. */

import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { readConfig, readResources } from '#src/config/config.ts'
import { parseJsonExactly } from '#src/config/json.ts'
import { configSchema } from '#src/config/schema/config.ts'
import { NODE_TYPES } from '#src/config/schema/devices.ts'
import { HOOK_KINDS } from '#src/config/schema/hooks.ts'
import { ROOTFS_PROPAGATIONS } from '#src/config/schema/linux.ts'
import { MEMORY_POLICY_FLAGS, MEMORY_POLICY_MODES } from '#src/config/schema/memory-policy.ts'
import { NAMESPACE_TYPES } from '#src/config/schema/namespaces.ts'
import { IO_PRIORITY_CLASSES, RLIMIT_TYPES, SCHEDULER_FLAGS, SCHEDULER_POLICIES } from '#src/config/schema/process.ts'
import { SECCOMP_ACTIONS, SECCOMP_ARCHITECTURES, SECCOMP_FLAGS, SECCOMP_OPERATORS } from '#src/config/schema/seccomp.ts'
import { changed, configText, type Change } from '#tests/support/config-text.ts'

const parse = (change: Change) => v.parse(configSchema, parseJsonExactly(configText(change), 'config.json'))

test('the smallest config.json comes back with every default filled in', () => {
  expect(readConfig('{"ociVersion":"1.0.2","root":{"path":"rootfs"},"process":{"args":["sh"],"cwd":"/"}}')).toEqual({
    ociVersion: '1.0.2',
    root: { path: 'rootfs', readonly: false },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0, additionalGids: [] },
      args: ['sh'],
      env: [],
      cwd: '/',
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
      rlimits: [],
      noNewPrivileges: false,
      apparmorProfile: '',
      selinuxLabel: '',
      execCPUAffinity: { initial: '', final: '' },
    },
    mounts: [],
    hostname: '',
    domainname: '',
    hooks: {
      prestart: [],
      createRuntime: [],
      createContainer: [],
      startContainer: [],
      poststart: [],
      poststop: [],
    },
    annotations: {},
    linux: {
      namespaces: [],
      uidMappings: [],
      gidMappings: [],
      timeOffsets: {},
      devices: [],
      netDevices: {},
      cgroupsPath: '',
      resources: {},
      sysctl: {},
      rootfsPropagation: '',
      maskedPaths: [],
      readonlyPaths: [],
      mountLabel: '',
    },
  })
})

test('a config without a process is one that can be created and not started', () => {
  expect(parse({ process: undefined }).process).toBeUndefined()
})

test('every default inside of what is given is the one that the specification names', () => {
  const config = parse({
    'process.scheduler.policy': 'SCHED_OTHER',
    'process.ioPriority.class': 'IOPRIO_CLASS_BE',
    'linux.timeOffsets': { monotonic: {}, boottime: { secs: -3 } },
    'linux.netDevices.eth0': {},
    'linux.intelRdt': {},
    'linux.memoryPolicy.mode': 'MPOL_LOCAL',
    'linux.personality.domain': 'LINUX',
    'linux.seccomp.defaultAction': 'SCMP_ACT_LOG',
  })
  expect(config.process?.scheduler).toEqual({
    policy: 'SCHED_OTHER',
    nice: 0,
    priority: 0,
    flags: [],
    runtime: 0n,
    deadline: 0n,
    period: 0n,
  })
  expect(config.process?.ioPriority).toEqual({ class: 'IOPRIO_CLASS_BE', priority: 0 })
  const { timeOffsets, netDevices, intelRdt, memoryPolicy, personality, seccomp } = config.linux
  expect({ timeOffsets, netDevices, memoryPolicy, personality }).toEqual({
    timeOffsets: { monotonic: { secs: 0, nanosecs: 0 }, boottime: { secs: -3, nanosecs: 0 } },
    netDevices: { eth0: { name: '' } },
    memoryPolicy: { mode: 'MPOL_LOCAL', nodes: '', flags: [] },
    personality: { domain: 'LINUX', flags: [] },
  })
  expect(intelRdt).toEqual({ closID: '', l3CacheSchema: '', memBwSchema: '', schemata: [], enableMonitoring: false })
  expect(seccomp).toEqual({
    defaultAction: 'SCMP_ACT_LOG',
    architectures: [],
    listenerPath: '',
    listenerMetadata: '',
    syscalls: [],
  })
})

/** Fields with the least and the most that they take. */
const BOUNDS: readonly (readonly [path: string, least: number, most: number, around?: Change])[] = [
  ['process.user.uid', 0, 4294967295],
  ['process.user.umask', 0, 0o777],
  ['process.oomScoreAdj', -1000, 1000],
  ['process.ioPriority.priority', 0, 7, { 'process.ioPriority.class': 'IOPRIO_CLASS_BE' }],
  ['process.scheduler.nice', -2147483648, 2147483647, { 'process.scheduler.policy': 'SCHED_OTHER' }],
  ['linux.timeOffsets.boottime.nanosecs', 0, 999999999],
  ['linux.devices[0].major', 0, 4095, { 'linux.devices[0]': { type: 'b', path: '/d', minor: 0 } }],
  ['linux.devices[0].minor', 0, 1048575, { 'linux.devices[0]': { type: 'b', path: '/d', major: 0 } }],
  ['linux.resources.devices[0].major', -1, 4095, { 'linux.resources.devices[0].allow': true }],
  ['linux.resources.devices[0].minor', -1, 1048575, { 'linux.resources.devices[0].allow': true }],
  ['linux.resources.memory.swappiness', 0, 100],
  ['linux.resources.cpu.idle', 0, 1],
  ['linux.resources.cpu.shares', 0, Number.MAX_SAFE_INTEGER],
  ['linux.resources.cpu.quota', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['linux.resources.blockIO.weight', 0, 65535],
  ['linux.seccomp.defaultErrnoRet', 0, 65535, { 'linux.seccomp.defaultAction': 'SCMP_ACT_ERRNO' }],
  ['hooks.poststop[0].timeout', 1, 2147483647, { 'hooks.poststop[0].path': '/h' }],
]

for (const [path, least, most, around] of BOUNDS)
  test(`${path} is taken from ${least} to ${most} and not beyond`, () => {
    for (const value of [least, most]) expect(() => parse({ ...around, [path]: value })).not.toThrow()
    for (const value of [least - 1, most + 1]) expect(() => parse({ ...around, [path]: value })).toThrow()
  })

test('a fifo needs no numbers and a device has them', () => {
  const devices = [
    { type: 'p', path: '/dev/f', major: 0, minor: 0, fileMode: 0o600 },
    { type: 'c', path: '/dev/n', major: 1, minor: 3, uid: 5 },
  ]
  expect(parse({ 'linux.devices': devices }).linux.devices).toEqual([
    { type: 'p', path: '/dev/f', fileMode: 0o600, uid: 0, gid: 0 },
    { type: 'c', path: '/dev/n', major: 1, minor: 3, uid: 5, gid: 0 },
  ])
})

test('a device rule that leaves its device open is for all of them', () => {
  const { resources } = parse({ 'linux.resources.devices': [{ allow: false, access: 'rwm' }] }).linux
  expect(resources.devices).toEqual([{ allow: false, type: 'a', major: -1, minor: -1, access: 'rwm' }])
})

test('rlimits and seccomp arguments keep all of their 64 bits', () => {
  const text = configText({
    'process.rlimits': 'RLIMITS',
    'linux.seccomp.defaultAction': 'SCMP_ACT_LOG',
    'linux.seccomp.syscalls': 'SYSCALLS',
  })
    .replace('"RLIMITS"', '[{"type":"RLIMIT_CORE","soft":18446744073709551614,"hard":18446744073709551615}]')
    .replace(
      '"SYSCALLS"',
      '[{"names":["ioctl"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"op":"SCMP_CMP_EQ","value":9007199254740993},{"index":2,"op":"SCMP_CMP_MASKED_EQ","value":7,"valueTwo":18446744073709551615}]}]',
    )
  const config = readConfig(text)
  expect(config.process?.rlimits).toEqual([
    { type: 'RLIMIT_CORE', soft: 18446744073709551614n, hard: 18446744073709551615n },
  ])
  expect(config.linux.seccomp?.syscalls[0]?.args).toEqual([
    { index: 1, op: 'SCMP_CMP_EQ', value: 9007199254740993n, valueTwo: 0n },
    { index: 2, op: 'SCMP_CMP_MASKED_EQ', value: 7n, valueTwo: 18446744073709551615n },
  ])
})

test('a memory limit as Kubernetes and Go write "no limit" arrives exactly', () => {
  expect(readResources('{"memory":{"limit":9223372036854771712,"swap":9223372036854775807}}')).toEqual({
    memory: { limit: 9223372036854771712n, swap: 9223372036854775807n },
  })
  expect(readResources('{"memory":{"limit":-1}}')).toEqual({ memory: { limit: -1n } })
})

test('seccomp flags that are absent are not the same as none', () => {
  expect(parse({ 'linux.seccomp.defaultAction': 'SCMP_ACT_LOG' }).linux.seccomp?.flags).toBeUndefined()
  expect(parse({ 'linux.seccomp': { defaultAction: 'SCMP_ACT_LOG', flags: [] } }).linux.seccomp?.flags).toEqual([])
})

test('null is as good as absent, as Go writes it', () => {
  const absent = readConfig(configText())
  const nulls = {
    mounts: null,
    hooks: null,
    'linux.resources': null,
    'linux.seccomp': null,
    'process.env': null,
    'process.user': null,
  }
  expect(readConfig(configText(nulls))).toEqual(absent)
})

test('fields that the specification does not have are ignored', () => {
  const extra = { 'process.argz': 1, 'linux.x.y': [null, 1e300], windows: { layerFolders: [] } }
  expect(readConfig(configText(extra))).toEqual(readConfig(configText()))
})

/** For each table a place in config.json where each of its names must be taken. */
const PLACES: readonly (readonly [path: string, around: Change, names: readonly string[]])[] = [
  ['linux.namespaces[0].type', {}, NAMESPACE_TYPES],
  ['linux.devices[0].type', { 'linux.devices[0]': { path: '/d', major: 1, minor: 1 } }, [...NODE_TYPES, 'p']],
  ['linux.rootfsPropagation', {}, ROOTFS_PROPAGATIONS],
  ['linux.memoryPolicy.mode', {}, MEMORY_POLICY_MODES],
  ['linux.memoryPolicy.flags[0]', { 'linux.memoryPolicy.mode': 'MPOL_BIND' }, MEMORY_POLICY_FLAGS],
  ['process.rlimits[0].type', { 'process.rlimits[0]': { soft: 0, hard: 0 } }, RLIMIT_TYPES],
  ['process.scheduler.policy', {}, SCHEDULER_POLICIES],
  ['process.scheduler.flags[0]', { 'process.scheduler.policy': 'SCHED_RR' }, SCHEDULER_FLAGS],
  ['process.ioPriority.class', {}, IO_PRIORITY_CLASSES],
  ['linux.seccomp.defaultAction', {}, SECCOMP_ACTIONS],
  ['linux.seccomp.architectures[0]', { 'linux.seccomp.defaultAction': 'SCMP_ACT_LOG' }, SECCOMP_ARCHITECTURES],
  ['linux.seccomp.flags[0]', { 'linux.seccomp.defaultAction': 'SCMP_ACT_LOG' }, SECCOMP_FLAGS],
]

for (const [path, around, names] of PLACES)
  test(`every name of its table is taken at ${path}`, () => {
    for (const name of names) expect(() => parse({ ...around, [path]: name })).not.toThrow()
  })

test('every operator and every kind of hook is taken', () => {
  for (const op of SECCOMP_OPERATORS) {
    const syscall = { names: ['a'], action: 'SCMP_ACT_LOG', args: [{ index: 0, value: 1, op }] }
    expect(
      parse({ 'linux.seccomp': { defaultAction: 'SCMP_ACT_LOG', syscalls: [syscall] } }).linux.seccomp,
    ).toMatchObject({
      syscalls: [{ args: [{ op, value: 1n }] }],
    })
  }
  for (const kind of HOOK_KINDS)
    expect(parse({ [`hooks.${kind}[0].path`]: '/bin/true' }).hooks[kind]).toEqual([
      { path: '/bin/true', args: [], env: [] },
    ])
})

test('what a change puts into a document is what the tests then see', () => {
  expect(changed({ a: { b: 1 } }, { 'a.c[0].d': 2, 'a["x.y"]': 3 })).toEqual({ a: { b: 1, c: [{ d: 2 }], 'x.y': 3 } })
})
