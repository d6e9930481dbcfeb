/** Fields that the specification does not have, which only `validate` speaks of. */

import { expect, test } from 'bun:test'
import { unknownFields } from '#src/config/unknown-fields.ts'
import { configText, type Change } from '#tests/support/config-text.ts'
import { dockerConfigText } from '#tests/support/docker-config.ts'

const found = (change: Change) => unknownFields(configText(change)).map(({ path, message }) => `${path}: ${message}`)
const UNKNOWN = 'is not a field of the specification'

test('a typo is named with what it was meant to be', () => {
  expect(found({ 'process.arg': ['sh'] })).toEqual([`process.arg: ${UNKNOWN} (did you mean "args"?)`])
  expect(found({ 'linux.namespace': [] })).toEqual([`linux.namespace: ${UNKNOWN} (did you mean "namespaces"?)`])
})

test('unknown fields are found at every depth', () => {
  expect(
    found({
      frobnicate: 1,
      'mounts[1]': { destination: '/a', optoins: [] },
      'linux.resources.memory.limits': 1,
      'linux.seccomp.syscalls[0].name': 'read',
      'linux.devices[0]': { type: 'c', path: '/d', mayor: 1 },
      'linux.netDevices.eth0.nam': 'x',
      'hooks.poststop[0].timeot': 1,
      'linux.intelRdt.enableCMT': true,
    }),
  ).toEqual([
    `frobnicate: ${UNKNOWN}`,
    `mounts[1].optoins: ${UNKNOWN} (did you mean "options"?)`,
    `linux.resources.memory.limits: ${UNKNOWN} (did you mean "limit"?)`,
    `linux.seccomp.syscalls[0].name: ${UNKNOWN} (did you mean "names"?)`,
    `linux.devices[0].mayor: ${UNKNOWN} (did you mean "major"?)`,
    `linux.netDevices.eth0.nam: ${UNKNOWN} (did you mean "name"?)`,
    `linux.intelRdt.enableCMT: ${UNKNOWN}`,
    `hooks.poststop[0].timeot: ${UNKNOWN} (did you mean "timeout"?)`,
  ])
})

test('keys that are data, and the fields of other platforms, are known', () => {
  const change = {
    annotations: { 'any.thing': 'x' },
    'linux.sysctl["net.ipv4.ip_forward"]': '1',
    'linux.resources.unified["memory.high"]': '1',
    'linux.resources.rdma.mlx5': { hcaHandles: 1 },
    windows: { layerFolders: [] },
    zos: {},
    vm: {},
    'process.commandLine': 'x',
    'process.user.username': 'x',
  }
  expect(found(change)).toEqual([])
})

test('values of the wrong kind hold no unknown fields', () => {
  expect(
    found({
      mounts: 'x',
      'linux.devices[0]': 7,
      process: null,
      hooks: [],
      hostname: { a: 1 },
      annotations: { a: { b: 1 } },
    }),
  ).toEqual([])
})

test('Docker writes no unknown field', () => {
  expect(unknownFields(dockerConfigText())).toEqual([])
})
