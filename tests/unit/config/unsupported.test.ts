/** Fields that are not built yet are refused by name while their row stands in the table. */

import { expect, test } from 'bun:test'
import { readConfig } from '#src/config/config.ts'
import { unsupportedInSeccomp } from '#src/config/unsupported.ts'
import { complaints, configText, type Change } from '#tests/support/config-text.ts'

const ROWS: readonly { readonly name: string }[] = unsupportedInSeccomp

const seccomp = { 'linux.seccomp.defaultAction': 'SCMP_ACT_ALLOW' }

/** A config that uses each row's field and is in order otherwise, by the name of the row. */
const USES: Readonly<Record<string, Change>> = {
  'rdma is not supported yet': { 'linux.resources.rdma.mlx5.hcaObjects': 1 },
  'network is not supported yet': { 'linux.resources.network.classID': 1 },
  'listenerPath is not supported yet': { ...seccomp, 'linux.seccomp.listenerPath': '/s' },
  'listenerMetadata is not supported yet': {
    ...seccomp,
    'linux.seccomp.listenerPath': '/s',
    'linux.seccomp.listenerMetadata': 'm',
  },
  'SCMP_ACT_NOTIFY is not supported yet': {
    ...seccomp,
    'linux.seccomp.listenerPath': '/s',
    'linux.seccomp.syscalls': [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }],
  },
  'time namespaces are not supported yet': { 'linux.namespaces[0].type': 'time' },
  'linux.timeOffsets is not supported yet': {
    'linux.namespaces[0].type': 'time',
    'linux.timeOffsets.boottime.secs': 1,
  },
}

for (const { name } of ROWS)
  test(`a config is refused because ${name}`, () => {
    const change = USES[name]
    expect(change).toBeDefined()
    const found = complaints(() => readConfig(configText(change)))
    expect(found).not.toBeEmpty()
    for (const complaint of found) expect(complaint).toEndWith('is not supported yet')
  })

test('a field that is not used is not refused', () => {
  const idle = {
    'process.selinuxLabel': '',
    'process.execCPUAffinity': {},
    'linux.netDevices': {},
    'linux.timeOffsets': {},
    'linux.resources': { rdma: {}, network: { priorities: [] } },
    'linux.mountLabel': '',
    'mounts[0]': { destination: '/a', uidMappings: [], gidMappings: [] },
  }
  expect(complaints(() => readConfig(configText(idle)))).toEqual([])
})
