// Mount options about symbolic links, and options that must be taken although the kernel has nothing to do for them.
import { expect } from 'bun:test'
import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { mountOn } from '#tests/support/mountinfo.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS, type Mount } from '#tests/support/spec.ts'

const notOfRunc = lacks('runc', 'does not know the option')
const crunOld = lacks('crun', 'does not know the option', { until: '1.9' })

const withMount = (mount: Mount) => ({ mounts: [...DEFAULT_MOUNTS, mount] })
const bind = (source: string, destination: string, ...options: string[]): Mount => ({
  destination,
  type: 'bind',
  source,
  options: ['bind', ...options],
})

/** A link of the host, and the file that it leads to. */
function linkOnHost(box: Box): string {
  writeFileSync(box.path('target'), 'target\n')
  symlinkSync(box.path('target'), box.path('link'))
  return box.path('link')
}

containerTest(
  'copy-symlink makes a link in the container where the source is one',
  async (box) => {
    const out = await box.shell(
      'readlink /etc/copy; grep -c " /etc/copy " /proc/self/mountinfo; true',
      withMount(bind(linkOnHost(box), '/etc/copy', 'copy-symlink')),
    )
    expect(out).toContain(`${box.path('target')}\n0\n`)
    expect(readlinkSync(`${box.rootfs}/etc/copy`)).toBe(box.path('target'))
  },
  notOfRunc,
  crunOld,
)

containerTest(
  'copy-symlink takes the same link that is there already, and no other file',
  async (box) => {
    const source = linkOnHost(box)
    symlinkSync(box.path('target'), `${box.rootfs}/etc/copy`)
    await box.shell('true', withMount(bind(source, '/etc/copy', 'copy-symlink')))
    assertRefused(await box.run(withMount(bind(source, '/etc/passwd', 'copy-symlink'))), /passwd/)
  },
  notOfRunc,
  crunOld,
)

containerTest('copy-symlink mounts a source that is no link', async (box) => {
  linkOnHost(box)
  const out = await box.shell('cat /etc/copy', withMount(bind(box.path('target'), '/etc/copy', 'copy-symlink')))
  expect(out).toBe('target\n')
})

containerTest(
  'src-nofollow mounts a link itself',
  async (box) => {
    const out = await box.shell('readlink /etc/it', withMount(bind(linkOnHost(box), '/etc/it', 'src-nofollow')))
    expect(out).toBe(`${box.path('target')}\n`)
  },
  notOfRunc,
  lacks('crun', 'follows the link all the same'),
)

containerTest(
  'dest-nofollow mounts on a link of the container and leaves alone what it leads to',
  async (box) => {
    linkOnHost(box)
    writeFileSync(`${box.rootfs}/etc/far`, 'far\n')
    symlinkSync('far', `${box.rootfs}/etc/near`)
    const mount = bind(box.path('target'), '/etc/near', 'dest-nofollow')
    expect(await box.shell('cat /etc/near /etc/far', withMount(mount))).toBe('target\nfar\n')
  },
  notOfRunc,
  lacks('crun', 'follows the link all the same'),
)

containerTest('dest-nofollow makes what is missing', async (box) => {
  mkdirSync(box.path('host'))
  const mount = bind(box.path('host'), '/opt/new', 'dest-nofollow')
  expect(mountOn(await box.running(withMount(mount)), '/opt/new').path).toBe('/opt/new')
})

for (const option of ['iversion', 'noiversion', 'silent', 'loud'])
  containerTest(
    `a tmpfs may be mounted with the option ${option}`,
    async (box) => {
      const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: [option] }
      expect(mountOn(await box.running(withMount(mount)), '/mnt').type).toBe('tmpfs')
    },
    lacks('crun', 'does not know the option'),
  )
