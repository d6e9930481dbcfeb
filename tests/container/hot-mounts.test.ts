// `mounts add` and `mounts remove`: the mounts of a container that runs.
import { expect } from 'bun:test'
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { mountOn, parseMountinfo } from '#tests/support/mountinfo.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import type { Mount } from '#tests/support/spec.ts'

const peers = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command', { until: '1.22' })] as const

const BASE = 100_000
const MAP = [{ containerID: 0, hostID: BASE, size: 65_536 }]
const USER_NAMESPACE = {
  linux: { namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }], uidMappings: MAP, gidMappings: MAP },
}

/** No user namespace. */
const ROOT = {}

/** Makes a directory of the host with one file in it; gives the path. */
function hostDirectory(box: Box, name = 'host'): string {
  const path = box.path(name)
  mkdirSync(path)
  writeFileSync(`${path}/file`, `from ${name}\n`)
  return path
}

const bind = (source: string, destination: string, ...options: string[]): Mount => ({
  destination,
  type: 'bind',
  source,
  options: ['bind', ...options],
})

const TMPFS: Mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['size=65536', 'nosuid'] }

async function change(box: Box, action: 'add' | 'remove', ...mounts: readonly Mount[]) {
  writeFileSync(box.path('mounts.json'), JSON.stringify({ mounts }))
  return box.call(['mounts', action, box.name, box.path('mounts.json')])
}

async function add(box: Box, ...mounts: readonly Mount[]): Promise<void> {
  const { code, stderr } = await change(box, 'add', ...mounts)
  expect([code, stderr]).toEqual([0, ''])
}

function mountsOf(pid: number): string[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).map(({ path }) => path)
}

for (const [kind, spec] of [
  ['a container', ROOT],
  ['a container in a user namespace', USER_NAMESPACE],
] as const) {
  containerTest(
    `mounts add shows a directory of the host to ${kind}, and mounts remove takes it away`,
    async (box) => {
      // Root inside makes what a mount goes on.
      if (spec !== ROOT) chownSync(box.rootfs, BASE, BASE)
      const pid = await box.running(spec)
      const before = mountsOf(pid)
      const mount = bind(hostDirectory(box), '/mnt/new')
      await add(box, mount)
      expect(await box.execShell('cat /mnt/new/file')).toBe('from host\n')
      expect((await change(box, 'remove', mount)).code).toBe(0)
      expect(mountsOf(pid)).toEqual(before)
      expect(await box.execShell('ls /mnt/new')).toBe('')
    },
    ...peers,
  )

  containerTest(
    `mounts add mounts a tmpfs in ${kind}`,
    async (box) => {
      // Root inside makes what a mount goes on.
      if (spec !== ROOT) chownSync(box.rootfs, BASE, BASE)
      const pid = await box.running(spec)
      await add(box, TMPFS)
      const { type, options, superOptions } = mountOn(pid, '/mnt')
      expect(type).toBe('tmpfs')
      expect(options).toContain('nosuid')
      expect(superOptions).toContain('size=64k')
      await box.execShell('echo new > /mnt/file')
      expect(existsSync(`${box.rootfs}/mnt/file`)).toBe(false)
    },
    ...peers,
  )
}

containerTest(
  'mounts add takes a file, and makes what it goes on',
  async (box) => {
    await box.running()
    const mount = bind(`${hostDirectory(box)}/file`, '/etc/deep/new')
    await add(box, mount)
    expect(await box.execShell('cat /etc/deep/new')).toBe('from host\n')
    expect((await change(box, 'remove', mount)).code).toBe(0)
    expect(await box.execShell('cat /etc/deep/new')).toBe('')
  },
  ...peers,
)

containerTest(
  'mounts add heeds the options of a mount',
  async (box) => {
    const pid = await box.running()
    await add(box, bind(hostDirectory(box), '/mnt', 'ro', 'nosuid'))
    expect(mountOn(pid, '/mnt').options).toEqual(expect.arrayContaining(['ro', 'nosuid']))
    expect((await box.exec(['touch', '/mnt/file'])).stderr).toContain('Read-only')
  },
  ...peers,
)

containerTest(
  'what is added is no peer of the mount of the host, unless that is asked for',
  async (box) => {
    const pid = await box.running()
    const source = hostDirectory(box)
    await add(box, bind(source, '/mnt/private'), bind(source, '/mnt/shared', 'shared'))
    expect(mountOn(pid, '/mnt/private').propagation).toEqual([])
    expect(mountOn(pid, '/mnt/shared').propagation).toContain('shared')
  },
  ...peers,
  lacks('crun', 'leaves the propagation as it is'),
)

containerTest(
  'mounts add follows a link of the container inside the container',
  async (box) => {
    symlinkSync('/tmp/bunc-test-target', `${box.rootfs}/link`)
    await box.running()
    await add(box, bind(hostDirectory(box), '/link'))
    expect(await box.execShell('cat /tmp/bunc-test-target/file')).toBe('from host\n')
    expect(existsSync('/tmp/bunc-test-target')).toBe(false)
  },
  ...peers,
)

containerTest(
  'mounts add makes all mounts or none',
  async (box) => {
    const pid = await box.running()
    const before = mountsOf(pid)
    const source = hostDirectory(box)
    const outcome = await change(box, 'add', bind(source, '/mnt/one'), bind(source, '/etc/passwd'))
    assertRefused(outcome, /mounts\[1\].*not a directory/)
    expect(mountsOf(pid)).toEqual(before)
  },
  ...peers,
  lacks('crun', 'leaves those before'),
)

containerTest(
  'mounts add refuses a source that is not there',
  async (box) => {
    await box.running()
    assertRefused(await change(box, 'add', bind('/bunc-test-none', '/mnt')), /bunc-test-none/)
  },
  ...peers,
)

containerTest('mounts add refuses a mount on the root', async (box) => {
  await box.running()
  const outcome = await change(box, 'add', bind(hostDirectory(box), '/'))
  expect(outcome.code).not.toBe(0)
  expect(await box.execShell('echo fine')).toBe('fine\n')
})

containerTest(
  'mounts remove refuses a place where nothing is mounted',
  async (box) => {
    const pid = await box.running()
    const before = mountsOf(pid)
    for (const destination of ['/tmp', '/none', '/none/deep'])
      assertRefused(await change(box, 'remove', { destination }), /nothing is mounted/)
    expect(mountsOf(pid)).toEqual(before)
    expect(existsSync(`${box.rootfs}/none`)).toBe(false)
  },
  ...peers,
  lacks('crun', 'names the errno'),
)

containerTest(
  'mounts add reads standard input, and an array without an object around it',
  async (box) => {
    const pid = await box.running()
    await box.ok(['mounts', 'add', box.name, '-'], { stdin: JSON.stringify([TMPFS]) })
    expect(mountOn(pid, '/mnt').type).toBe('tmpfs')
  },
  ...peers,
  lacks('crun', 'reads a file'),
)

containerTest(
  'mounts add refuses a container that has stopped',
  async (box) => {
    await box.running({ process: { args: ['true'] } })
    await box.reaches('stopped')
    assertRefused(await change(box, 'add', TMPFS), /not running/)
  },
  ...peers,
  lacks('crun', 'fails later, with another text'),
)
