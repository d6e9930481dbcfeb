// A user namespace of the container's own: id maps, ownership, devices and what root inside cannot do outside.
import { afterAll, expect } from 'bun:test'
import { chownSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import type { Linux, Spec } from '#tests/support/spec.ts'

const BASE = 100_000
const MAP = [{ containerID: 0, hostID: BASE, size: 65_536 }]

/** Root inside is user 100000 outside. */
const MAPPED = { namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }], uidMappings: MAP, gidMappings: MAP }

/** Gives the root file system to the container's root, as an engine that unpacks an image would. */
function mapped(box: Box, spec: Spec = {}): Spec {
  chownSync(box.rootfs, BASE, BASE)
  for (const name of ['dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'var']) {
    chownSync(`${box.rootfs}/${name}`, BASE, BASE)
  }
  return { ...spec, linux: { ...MAPPED, ...spec.linux } }
}

const statusOf = (pid: number, field: string) =>
  new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]

/** crun gives its stdio to the container's root, the host's null device too: it would stay that user's for everybody. */
afterAll(() => {
  if (process.getuid?.() === 0) chownSync('/dev/null', 0, 0)
})

containerTest('root of a user namespace is the mapped user outside', async (box) => {
  const pid = await box.running(mapped(box))
  expect(readlinkSync(`/proc/${pid}/ns/user`)).not.toBe(readlinkSync('/proc/self/ns/user'))
  expect(statusOf(pid, 'Uid')).toBe(Array(4).fill(BASE).join('\t'))
  expect(statusOf(pid, 'Gid')).toBe(Array(4).fill(BASE).join('\t'))
})

containerTest('root of a user namespace sees itself as root and the maps of config.json', async (box) => {
  const out = await box.shell('id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map', mapped(box))
  expect(out.trim().split(/\s+/)).toEqual(['0', '0', '0', '100000', '65536', '0', '100000', '65536'])
})

containerTest('a map of several ranges is written as it stands in config.json', async (box) => {
  const uidMappings = [
    { containerID: 0, hostID: BASE, size: 1000 },
    { containerID: 1000, hostID: 5000, size: 1 },
    { containerID: 1001, hostID: 200_000, size: 10 },
  ]
  const out = await box.shell('cat /proc/self/uid_map', mapped(box, { linux: { uidMappings } }))
  expect(out.trim().split(/\s+/).join(' ')).toBe('0 100000 1000 1000 5000 1 1001 200000 10')
})

containerTest('a user of a user namespace is the mapped user outside', async (box) => {
  const pid = await box.running(mapped(box, { process: { user: { uid: 1000, gid: 1001 } } }))
  expect(statusOf(pid, 'Uid')?.split('\t')[0]).toBe(String(BASE + 1000))
  expect(statusOf(pid, 'Gid')?.split('\t')[0]).toBe(String(BASE + 1001))
})

containerTest('a file made by root of a user namespace belongs to the mapped user outside', async (box) => {
  await box.shell('touch /tmp/mine', mapped(box))
  expect(statSync(`${box.rootfs}/tmp/mine`)).toMatchObject({ uid: BASE, gid: BASE })
})

containerTest('root of a user namespace cannot read what belongs to root of the host', async (box) => {
  writeFileSync(`${box.rootfs}/etc/secret`, 'secret', { mode: 0o600 })
  const outcome = await box.run(mapped(box, { process: { args: ['cat', '/etc/secret'] } }))
  expect(outcome).toMatchObject({ code: 1, stdout: '' })
})

containerTest('a user namespace has the devices and they work', async (box) => {
  const script = 'echo lost > /dev/null; head -c 2 /dev/zero | od -An -tx1; head -c 4 /dev/urandom | wc -c'
  expect((await box.shell(script, mapped(box))).split('\n').map((line) => line.trim())).toEqual(['00 00', '4', ''])
})

containerTest('a user namespace has its mounts', async (box) => {
  const out = await box.shell("cut -d' ' -f2,3 /proc/mounts", mapped(box))
  for (const line of ['/proc proc', '/dev tmpfs', '/dev/pts devpts', '/sys sysfs'])
    expect(out.split('\n')).toContain(line)
})

containerTest('root of a user namespace may change its own host name and nobody else does see it', async (box) => {
  const capabilities = { bounding: ['CAP_SYS_ADMIN'], effective: ['CAP_SYS_ADMIN'], permitted: ['CAP_SYS_ADMIN'] }
  const before = (await box.program(['uname', '-n'])).stdout
  expect(await box.shell('hostname changed; hostname', mapped(box, { process: { capabilities } }))).toBe('changed\n')
  expect((await box.program(['uname', '-n'])).stdout).toBe(before)
})

containerTest('exec enters the user namespace', async (box) => {
  const pid = await box.running(mapped(box))
  expect(await box.execShell('readlink /proc/self/ns/user; id -u')).toBe(`${readlinkSync(`/proc/${pid}/ns/user`)}\n0\n`)
})

/** Starts a second container in the user namespace of `first`; gives its pid. */
async function joining(box: Box, first: number, linux: Linux): Promise<number> {
  const id = `${box.name}-second`
  const namespaces = [...DEFAULT_NAMESPACES, { type: 'user', path: `/proc/${first}/ns/user` }]
  box.configure({ process: { args: ['sleep', '1000'] }, linux: { cgroupsPath: `/${id}`, namespaces, ...linux } })
  await box.ok(['run', '--detach', '--bundle', box.bundleDir, id])
  return (await box.state(id)).pid
}

for (const [title, linux] of [
  ['the same maps', { uidMappings: MAP, gidMappings: MAP }],
  ['no maps', {}],
] as const) {
  containerTest(
    `a second container with ${title} joins the user namespace of the first by its path`,
    async (box) => {
      const first = await box.running(mapped(box))
      const pid = await joining(box, first, linux)
      expect(readlinkSync(`/proc/${pid}/ns/user`)).toBe(readlinkSync(`/proc/${first}/ns/user`))
      expect(statusOf(pid, 'Uid')?.split('\t')[0]).toBe(String(BASE))
    },
    ...(title === 'no maps' ? [lacks('runc', 'wants the maps again beside the path', { until: '1.1.15' })] : []),
  )
}

containerTest(
  'create refuses a map that the kernel refuses',
  async (box) => {
    const overlapping = [...MAP, { containerID: 10, hostID: 5, size: 10 }]
    const outcome = await box.create(mapped(box, { linux: { uidMappings: overlapping } }))
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
    expect(box.stateIds()).toEqual([])
  },
  crunLeavesCgroup,
)
