// root and rootfsPropagation: the root file system itself.
import { expect } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { mountOn } from '#tests/support/mountinfo.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'

containerTest('the root of the container is the directory that root.path names', async (box) => {
  expect((await box.shell('ls /')).trim().split('\n')).toEqual(readdirSync(box.rootfs).sort())
})

containerTest('root.path may be absolute', async (box) => {
  renameSync(box.rootfs, box.path('elsewhere'))
  expect(await box.shell('echo fine', { root: { path: box.path('elsewhere') } })).toBe('fine\n')
})

containerTest('a root that is not read-only can be written', async (box) => {
  await box.shell('touch /made')
  expect(existsSync(`${box.rootfs}/made`)).toBe(true)
})

containerTest('a read-only root cannot be written', async (box) => {
  const { code, stderr } = await box.run({ process: { args: ['touch', '/made'] }, root: { readonly: true } })
  expect(code).toBe(1)
  expect(stderr).toContain('Read-only file system')
  expect(existsSync(`${box.rootfs}/made`)).toBe(false)
})

containerTest('a read-only root leaves its other mounts writable', async (box) => {
  const mounts = [...DEFAULT_MOUNTS, { destination: '/tmp', type: 'tmpfs', source: 'tmpfs' }]
  expect(await box.shell('touch /tmp/made /dev/shm/made && echo fine', { root: { readonly: true }, mounts })).toBe(
    'fine\n',
  )
})

containerTest('a read-only root can be the target of mounts that are missing in it', async (box) => {
  const mounts = [...DEFAULT_MOUNTS, { destination: '/made/here', type: 'tmpfs', source: 'tmpfs' }]
  expect(await box.shell('touch /made/here/file && echo fine', { root: { readonly: true }, mounts })).toBe('fine\n')
})

containerTest('nothing of the host is reachable above the root', async (box) => {
  const out = await box.shell('cd /; ls ../../../../..; cat /proc/1/mountinfo | wc -l')
  const names = out.trim().split('\n').slice(0, -1)
  expect(names).toEqual(readdirSync(box.rootfs).sort())
  expect(await box.shell("grep -c ' / / ' /proc/self/mountinfo; true")).toMatch(/^[01]\n$/)
})

containerTest('the old root is unmounted', async (box) => {
  const out = await box.shell("cut -d' ' -f5 /proc/self/mountinfo")
  const paths = out.trim().split('\n')
  expect(paths.filter((path) => path === '/').length).toBe(1)
  for (const path of paths) expect(path).toMatch(/^\/(dev|proc|sys|$)/)
})

const runcHides = lacks('runc', 'the root is private in the end')

const PROPAGATIONS = [
  { propagation: 'private', tags: [] },
  { propagation: 'rprivate', tags: [] },
  { propagation: 'slave', tags: [] },
  { propagation: 'rslave', tags: [] },
  { propagation: 'shared', tags: ['shared'], but: [runcHides] },
  { propagation: 'rshared', tags: ['shared'], but: [runcHides] },
  { propagation: 'unbindable', tags: ['unbindable'], but: [lacks('runc', 'cannot bind what it made unbindable')] },
]

for (const { propagation, tags, but = [] } of PROPAGATIONS) {
  const check = async (box: Box) => {
    const pid = await box.running({ linux: { rootfsPropagation: propagation } })
    expect(mountOn(pid, '/').propagation.filter((tag) => tag !== 'master')).toEqual(tags)
  }
  containerTest(`rootfsPropagation ${propagation} is the propagation of the root`, check, ...but)
}

containerTest(
  'create refuses a rootfsPropagation that is not known',
  async (box) => {
    assertRefused(await box.create({ linux: { rootfsPropagation: 'sideways' } }), /sideways/)
  },
  lacks('crun', 'passes over a value that it does not know'),
)

containerTest('create refuses a root that is not there', async (box) => {
  const outcome = await box.create({ root: { path: 'absent' } })
  assertRefused(outcome, /absent/)
  expect(box.stateIds()).toEqual([])
})

containerTest('create refuses a root that is a file', async (box) => {
  const outcome = await box.create({ root: { path: 'config.json' } })
  expect(outcome.code).not.toBe(0)
  expect(box.stateIds()).toEqual([])
})

containerTest('run --no-pivot runs the container', async (box) => {
  box.configure({ process: { args: ['ls', '/'] } })
  const stdout = await box.ok(['run', '--no-pivot', '--bundle', box.bundleDir, box.name])
  expect(stdout.trim().split('\n')).toEqual(readdirSync(box.rootfs).sort())
})

containerTest('a bundle may be named through a symbolic link', async (box) => {
  symlinkSync(box.bundleDir, box.path('link'))
  box.configure({ process: { args: ['echo', 'fine'] } })
  expect(await box.ok(['run', '--bundle', box.path('link'), box.name])).toBe('fine\n')
})

containerTest('a bundle may be named by a relative path', async (box) => {
  box.configure({ process: { args: ['echo', 'fine'] } })
  expect(await box.ok(['run', '--bundle', 'bundle', box.name], { cwd: box.dir })).toBe('fine\n')
})

containerTest('an empty directory of the host serves as a root for a program that is bound into it', async (box) => {
  mkdirSync(box.path('empty'))
  const mounts = [
    ...DEFAULT_MOUNTS,
    { destination: '/bin', type: 'bind', source: `${box.rootfs}/bin`, options: ['bind', 'ro'] },
  ]
  expect(await box.shell('echo fine', { root: { path: box.path('empty') }, mounts })).toBe('fine\n')
})
