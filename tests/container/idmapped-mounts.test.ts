// Bind mounts whose files have other owners in the container than on the host: `idmap`, `ridmap` and their mappings.
import { expect } from 'bun:test'
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS, type Mount } from '#tests/support/spec.ts'

const runcOld = lacks('runc', 'does not know id-mapped mounts', { until: '1.2.0' })

const MAP = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
const IN_USER_NAMESPACE = {
  namespaces: ['user', 'pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
  uidMappings: MAP,
  gidMappings: MAP,
}

/** A directory of the host with a file of 1000:1001 in it. */
function source(box: Box): string {
  const path = box.path('host')
  mkdirSync(path)
  writeFileSync(`${path}/file`, 'text')
  chownSync(`${path}/file`, 1000, 1001)
  return path
}

const bind = (from: string, change: Partial<Mount>): Mount => ({
  destination: '/mnt',
  type: 'bind',
  source: from,
  options: ['bind'],
  ...change,
})

const mapping = (containerID: number, hostID: number) => [{ containerID, hostID, size: 10 }]
const OWN = { uidMappings: mapping(1000, 7000), gidMappings: mapping(1001, 8001) }

containerTest(
  'a mount with mappings of its own shows the owners that they say',
  async (box) => {
    const mount = bind(source(box), { ...OWN, options: ['bind', 'idmap'] })
    const out = await box.shell('stat -c %u:%g /mnt/file', { mounts: [...DEFAULT_MOUNTS, mount] })
    expect(out).toBe('7000:8001\n')
  },
  runcOld,
)

containerTest(
  'mappings are enough, whatever the options say',
  async (box) => {
    const mount = bind(source(box), OWN)
    const out = await box.shell('stat -c %u:%g /mnt/file', { mounts: [...DEFAULT_MOUNTS, mount] })
    expect(out).toBe('7000:8001\n')
  },
  runcOld,
)

containerTest(
  'what is written to a mapped mount belongs to whom the mapping says, on the host',
  async (box) => {
    const from = source(box)
    // Nothing can be made in a directory whose owner the mapping does not know.
    chownSync(from, 1002, 1003)
    const mount = bind(from, { ...OWN, options: ['bind', 'idmap', 'nosuid'] })
    const user = { uid: 7002, gid: 8003 }
    await box.shell('echo new > /mnt/new', { process: { user }, mounts: [...DEFAULT_MOUNTS, mount] })
    expect(statSync(`${from}/new`)).toMatchObject({ uid: 1002, gid: 1003 })
  },
  runcOld,
)

containerTest(
  'idmap without mappings takes those of the user namespace of the container',
  async (box) => {
    const from = source(box)
    await box.program(['chown', '-R', '100000:100000', box.rootfs])
    const mount = bind(from, { options: ['rbind', 'ridmap'] })
    const out = await box.shell('stat -c %u:%g /mnt/file', {
      linux: IN_USER_NAMESPACE,
      mounts: [...DEFAULT_MOUNTS, mount],
    })
    expect(out).toBe('1000:1001\n')
  },
  runcOld,
  lacks('crun', 'does not know the option ridmap', { until: '1.21' }),
)

containerTest('without idmap, the files of the host belong to nobody in a user namespace', async (box) => {
  const mount = bind(source(box), {})
  await box.program(['chown', '-R', '100000:100000', box.rootfs])
  const out = await box.shell('stat -c %u:%g /mnt/file', {
    linux: IN_USER_NAMESPACE,
    mounts: [...DEFAULT_MOUNTS, mount],
  })
  expect(out).toBe('65534:65534\n')
})

for (const [option, below] of [
  ['idmap', '1000'],
  ['ridmap', '7000'],
] as const)
  containerTest(
    `${option} ${option === 'idmap' ? 'leaves what is mounted below as it is' : 'reaches what is mounted below'}`,
    async (box) => {
      const from = source(box)
      mkdirSync(`${from}/below`)
      const script = `mount -t tmpfs none ${from}/below && touch ${from}/below/x && chown 1000 ${from}/below/x && exec "$@"`
      const mount = bind(from, { ...OWN, options: ['rbind', option] })
      box.configure({ process: { args: ['stat', '-c', '%u', '/mnt/below/x'] }, mounts: [...DEFAULT_MOUNTS, mount] })
      const outcome = await box.program(['unshare', '--mount', 'sh', '-c', script, 'sh', ...box.runArgv()])
      expect(outcome).toMatchObject({ code: 0, stdout: `${below}\n` })
    },
    option === 'idmap'
      ? lacks('crun', 'leaves out what is mounted below', { until: '1.21' })
      : lacks('crun', 'does not know the option ridmap', { until: '1.21' }),
    ...(option === 'ridmap' ? [runcOld] : []),
  )

containerTest(
  'create refuses idmap where nothing says how to map',
  async (box) => {
    const mount = bind(source(box), { options: ['bind', 'idmap'] })
    assertRefused(await box.create({ mounts: [...DEFAULT_MOUNTS, mount] }), /map/)
    expect(box.stateIds()).toEqual([])
  },
  runcOld,
  lacks('crun', 'asks the kernel for what cannot be, and does not say what is missing'),
)

containerTest(
  'create refuses to map a file system that cannot be mapped, and leaves nothing',
  async (box) => {
    const mount = bind('/proc/self', { ...OWN, options: ['bind', 'idmap'] })
    assertRefused(await box.create({ mounts: [...DEFAULT_MOUNTS, mount] }), /map|mount_setattr/)
    expect(box.stateIds()).toEqual([])
  },
  runcOld,
  crunLeavesCgroup,
)
