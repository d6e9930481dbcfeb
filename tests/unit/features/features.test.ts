// What `features` says, held against what a config may say: the two cannot part.

import { describe, expect, test } from 'bun:test'

import { here } from '#ffi/perform/here.ts'
import { MEMORY_POLICY_MODES } from '#src/config/schema/memory-policy.ts'
import { readConfig } from '#src/config/config.ts'
import { features } from '#src/features/features.ts'
import { complaints, configText, type Change } from '#tests/support/config-text.ts'

const said = JSON.parse(JSON.stringify(features(here)))
const MAP = [{ containerID: 0, hostID: 0, size: 1 }]
const profile = { 'linux.seccomp.defaultAction': 'SCMP_ACT_ALLOW' }

/** The complaints about a config that are about nothing but what is not built. */
function refusals(change: Change): string[] {
  return complaints(() => readConfig(configText(change))).filter((text) => text.includes('is not supported yet'))
}

/** What is said to be enabled, and a config that uses it. */
const ENABLED: readonly (readonly [path: string, enabled: boolean, use: Change])[] = [
  ['selinux', said.linux.selinux.enabled, { 'process.selinuxLabel': 'a:b:c' }],
  ['intelRdt', said.linux.intelRdt.enabled, { 'linux.intelRdt.closID': 'x' }],
  ['intelRdt.schemata', said.linux.intelRdt.schemata, { 'linux.intelRdt': { closID: 'x', schemata: ['L3:0=f'] } }],
  ['memoryPolicy', 'memoryPolicy' in said.linux, { 'linux.memoryPolicy.mode': 'MPOL_LOCAL' }],
  [
    'mountExtensions.idmap',
    said.linux.mountExtensions.idmap.enabled,
    { 'mounts[0]': { destination: '/a', uidMappings: MAP, gidMappings: MAP } },
  ],
  ['netDevices', said.linux.netDevices.enabled, { 'linux.namespaces[0].type': 'network', 'linux.netDevices.eth0': {} }],
]

for (const [path, enabled, use] of ENABLED) {
  test(`linux.${path} is said to be enabled where a config may use it, and only there`, () => {
    expect(refusals(use).length === 0).toBe(enabled)
  })
}

test('a mode of memoryPolicy is named where the field is', () => {
  expect(said.linux.memoryPolicy?.modes ?? [...MEMORY_POLICY_MODES]).toEqual([...MEMORY_POLICY_MODES])
})

describe('every name is one that a config may use', () => {
  const LISTS: Readonly<Record<string, (name: string) => Change>> = {
    actions: (action) => ({
      ...profile,
      ...listening(action),
      'linux.seccomp.syscalls': [{ names: ['mkdir'], action }],
    }),
    operators: (op) => ({
      ...profile,
      'linux.seccomp.syscalls': [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', args: [{ index: 0, value: 1, op }] }],
    }),
    archs: (arch) => ({ ...profile, 'linux.seccomp.architectures': [arch] }),
    knownFlags: (flag) => ({ ...profile, 'linux.seccomp.flags': [flag] }),
  }
  const listening = (action: string) => (action === 'SCMP_ACT_NOTIFY' ? { 'linux.seccomp.listenerPath': '/s' } : {})
  for (const [list, use] of Object.entries(LISTS)) {
    test(`of linux.seccomp.${list}`, () => {
      const names: string[] = said.linux.seccomp[list]
      expect(names.length).toBeGreaterThan(1)
      for (const name of names) expect([name, complaints(() => readConfig(configText(use(name))))]).toEqual([name, []])
    })
  }

  test('of the actions, and no action that a config may use is missing', () => {
    const refused = refusals({ ...profile, 'linux.seccomp.syscalls': [{ names: ['a'], action: 'SCMP_ACT_NOTIFY' }] })
    expect(said.linux.seccomp.actions.includes('SCMP_ACT_NOTIFY')).toBe(refused.length === 0)
  })
})

test('the flags that the kernel supports are among those that are known', () => {
  expect(said.linux.seccomp.knownFlags).toEqual(expect.arrayContaining(said.linux.seccomp.supportedFlags))
})
