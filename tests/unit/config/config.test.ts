/** The three documents as a whole: what is accepted, and that everything wrong with one is told at once. */

import { expect, test } from 'bun:test'
import { readConfig, readProcess, readResources } from '#src/config/config.ts'
import { ConfigError } from '#src/config/problem.ts'
import { read } from '#src/config/read.ts'
import { configRules } from '#src/config/rules.ts'
import { configSchema } from '#src/config/schema/config.ts'
import { complaints, configText } from '#tests/support/config-text.ts'
import { dockerConfigText } from '#tests/support/docker-config.ts'
import { SPEC_EXAMPLE } from '#tests/support/spec-example.ts'

/** Whether a field is built yet does not matter to what the specification says about it. */
const SPECIFICATION = { schema: configSchema, rules: configRules, harmless: new Map() }

test('the example of the specification obeys its schema and all of its rules, and keeps every value', () => {
  const config = read(JSON.stringify(SPEC_EXAMPLE), 'config.json', SPECIFICATION)
  expect(config.process).toMatchObject({
    ...SPEC_EXAMPLE.process,
    rlimits: [
      { type: 'RLIMIT_CORE', hard: 1024n, soft: 1024n },
      { type: 'RLIMIT_NOFILE', hard: 1024n, soft: 1024n },
    ],
  })
  const { hooks, mounts, root, hostname, domainname, annotations, linux } = config
  expect({ hooks, mounts, root, hostname, domainname, annotations }).toMatchObject({
    hooks: SPEC_EXAMPLE.hooks,
    mounts: SPEC_EXAMPLE.mounts,
    root: SPEC_EXAMPLE.root,
    hostname: SPEC_EXAMPLE.hostname,
    domainname: SPEC_EXAMPLE.domainname,
    annotations: SPEC_EXAMPLE.annotations,
  })
  const { resources, seccomp, ...rest } = SPEC_EXAMPLE.linux
  expect(linux).toMatchObject(rest)
  const { hugepageLimits, memory, blockIO, ...plain } = resources
  expect(linux.resources).toMatchObject({
    ...plain,
    hugepageLimits: [{ pageSize: '2MB', limit: 9223372036854772000n }],
    memory: { ...memory, limit: 536870912n, reservation: 536870912n, swap: 536870912n, kernel: -1n, kernelTCP: -1n },
    blockIO: {
      ...blockIO,
      throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 600n }],
      throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 300n }],
    },
  })
  expect(hugepageLimits).toHaveLength(1)
  const [plainRule, withArgs] = seccomp.syscalls
  expect(linux.seccomp).toMatchObject({
    ...seccomp,
    syscalls: [
      plainRule,
      { ...withArgs, args: [{ index: 0, value: 2080505856n, valueTwo: 0n, op: 'SCMP_CMP_MASKED_EQ' }] },
    ],
  })
})

test('of the example only what is not built yet is refused', () => {
  for (const complaint of complaints(() => readConfig(JSON.stringify(SPEC_EXAMPLE))))
    expect(complaint).toEndWith('is not supported yet')
})

test('a config as Docker writes it is accepted in every form', () => {
  const plain = readConfig(dockerConfigText())
  expect(plain.linux.seccomp?.syscalls[0]?.names.length).toBeGreaterThan(300)
  expect(readConfig(dockerConfigText({ indented: true }))).toEqual(plain)
  expect(readConfig(dockerConfigText({ onePerEntry: true })).linux.seccomp?.syscalls.length).toBeGreaterThan(300)
})

test('all that is wrong is told at once, fields first and then the rules over the sound ones', () => {
  const text = configText({
    ociVersion: '2.0.0',
    'root.path': '',
    'process.cwd': 'home',
    'process.user.uid': -1,
    'process.env': ['A'],
    'process.args': [],
    'mounts[0]': { destination: '/', type: 7 },
    hostname: 'a',
    'linux.namespaces[0].type': 'nett',
    'linux.sysctl': { 'vm.swappiness': '1' },
    'linux.resources.devices[0]': { allow: true, access: '' },
    'linux.resources.memory.limit': 'much',
    'linux.maskedPaths': ['proc'],
  })
  expect(complaints(() => readConfig(text))).toEqual([
    'process.user.uid: -1 is not an integer from 0 to 4294967295',
    'mounts[0].type: 7 is not a string',
    'linux.namespaces[0].type: "nett" is not a namespace type',
    'linux.resources.memory.limit: "much" is not an integer from -1 to 9223372036854775807',
    'ociVersion: "2.0.0" is not a version 1 of the runtime specification',
    'root.path: is empty',
    'process.args: is empty',
    'process.cwd: "home" is not an absolute path',
    'process.env[0]: "A" is not of the form NAME=value',
    'linux.resources.devices[0].access: is empty',
  ])
})

test('a rule speaks up once the part that it needs is in order', () => {
  const change = { hostname: 'a', 'linux.maskedPaths': ['proc'], 'linux.sysctl': { 'net.x': '1' } }
  expect(complaints(() => readConfig(configText({ ...change, 'linux.namespaces': [] })))).toEqual([
    'hostname: needs a uts namespace',
    'linux.maskedPaths: needs a mount namespace',
    'linux.sysctl["net.x"]: needs a namespace of type "network"',
  ])
})

test('a problem of a rule names its section of the specification', () => {
  const sections = () => {
    try {
      return readConfig(configText({ 'process.cwd': 'x' }))
    } catch (error) {
      return error instanceof ConfigError ? error.problems : error
    }
  }
  expect(sections()).toEqual([
    { path: 'process.cwd', message: '"x" is not an absolute path', spec: 'config.md#process' },
  ])
})

test('every version 1 is taken, however new, and no other', () => {
  for (const version of ['1.0.0', '1.0.2-dev', '1.3.0', '1.99.1', '1.2'])
    readConfig(configText({ ociVersion: version }))
  for (const version of ['', '0.9.0', '2.0.0', '1', '1.', '1.x', '10.1.0', 'v1.0.0'])
    expect(complaints(() => readConfig(configText({ ociVersion: version })))).toEqual([
      `ociVersion: ${JSON.stringify(version)} is not a version 1 of the runtime specification`,
    ])
})

test('what is no object is no config', () => {
  for (const [text, state] of [
    ['[]', 'a list'],
    ['null', 'null'],
    ['"x"', '"x"'],
    ['7', '7'],
  ])
    expect(() => readConfig(text ?? '')).toThrow(new Error(`Cannot use config.json: ${state} is not an object`))
})

test('a file is called what its user calls it', () => {
  expect(() => readConfig('{', '/b/other.json')).toThrow(/^Cannot use \/b\/other\.json: line 1, column 2: /)
  expect(() => readProcess('{}')).toThrow('Cannot use the process file: 2 problems: cwd: is missing; args: is empty')
  expect(() => readResources('[]', 'standard input')).toThrow('Cannot use standard input: a list is not an object')
})

test('the process of an exec is read by the schema and the rules of process', () => {
  expect(readProcess('{"args":["id"],"cwd":"/tmp","terminal":true,"user":{"uid":1}}')).toMatchObject({
    args: ['id'],
    cwd: '/tmp',
    terminal: true,
    user: { uid: 1, gid: 0, additionalGids: [] },
    noNewPrivileges: false,
  })
  expect(complaints(() => readProcess('{"args":[],"cwd":"tmp","env":["A"],"oomScoreAdj":2000}'))).toEqual([
    'oomScoreAdj: 2000 is not an integer from -1000 to 1000',
    'args: is empty',
    'cwd: "tmp" is not an absolute path',
    'env[0]: "A" is not of the form NAME=value',
  ])
})

test('resources to update hold what was given and nothing else', () => {
  expect(readResources('{}')).toEqual({})
  expect(readResources('{"cpu":{"shares":2},"memory":{},"pids":{"limit":0},"blockIO":null}')).toEqual({
    cpu: { shares: 2 },
    memory: {},
    pids: { limit: 0 },
  })
  expect(complaints(() => readResources('{"unified":{"a/b":"1"},"cpu":{"quota":1,"burst":2}}'))).toEqual([
    'cpu.burst: 2 is above the quota 1',
    'unified["a/b"]: is not the name of a file in a cgroup',
  ])
})
