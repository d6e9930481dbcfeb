/** Fields that are not built yet are refused by name while their row stands in the table. */

import { expect, test } from 'bun:test'
import { readConfig, readProcess, readResources } from '#src/config/config.ts'
import { unsupportedElsewhere, unsupportedInProcess } from '#src/config/unsupported.ts'
import { complaints, configText, type Change } from '#tests/support/config-text.ts'

const ROWS: readonly { readonly name: string }[] = [...unsupportedInProcess, ...unsupportedElsewhere]

const MAP = [{ containerID: 0, hostID: 0, size: 1 }]

/** A config that uses each row's field and is in order otherwise, by the name of the row. */
const USES: Readonly<Record<string, Change>> = {
  'scheduler is not supported yet': { 'process.scheduler.policy': 'SCHED_BATCH' },
  'ioPriority is not supported yet': { 'process.ioPriority.class': 'IOPRIO_CLASS_BE' },
  'execCPUAffinity is not supported yet': { 'process.execCPUAffinity.final': '0' },
  'selinuxLabel is not supported yet': { 'process.selinuxLabel': 'a:b:c' },
  'rdma is not supported yet': { 'linux.resources.rdma.mlx5.hcaObjects': 1 },
  'network is not supported yet': { 'linux.resources.network.classID': 1 },
  'time namespaces are not supported yet': { 'linux.namespaces[0].type': 'time' },
  'linux.timeOffsets is not supported yet': {
    'linux.namespaces[0].type': 'time',
    'linux.timeOffsets.boottime.secs': 1,
  },
  'mappings of single mounts are not supported yet': {
    'mounts[0]': { destination: '/a', uidMappings: MAP, gidMappings: MAP },
  },
  'linux.netDevices is not supported yet': { 'linux.namespaces[0].type': 'network', 'linux.netDevices.eth0': {} },
  'linux.intelRdt is not supported yet': { 'linux.intelRdt': {} },
  'linux.memoryPolicy is not supported yet': { 'linux.memoryPolicy.mode': 'MPOL_LOCAL' },
  'linux.mountLabel is not supported yet': { 'linux.mountLabel': 'a:b:c' },
  'linux.personality is not supported yet': { 'linux.personality.domain': 'LINUX32' },
}

test('each mapping of a mount is named', () => {
  const complaint = (field: string) => `mounts[0].${field}: is not supported yet`
  const found = complaints(() => readConfig(configText(USES['mappings of single mounts are not supported yet'])))
  const row = ROWS.some(({ name }) => name.startsWith('mappings of single mounts'))
  expect(found).toEqual(row ? [complaint('uidMappings'), complaint('gidMappings')] : [])
})

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

test('exec and update refuse the same fields under their own paths', () => {
  const inProcess = ROWS.some(({ name }) => name.startsWith('scheduler'))
  expect(complaints(() => readProcess('{"cwd":"/","args":["a"],"scheduler":{"policy":"SCHED_IDLE"}}'))).toEqual(
    inProcess ? ['scheduler: is not supported yet'] : [],
  )
  const inResources = ROWS.some(({ name }) => name.startsWith('rdma'))
  expect(complaints(() => readResources('{"rdma":{"mlx5":{"hcaObjects":1}}}'))).toEqual(
    inResources ? ['rdma: is not supported yet'] : [],
  )
})
