// A runtime that was itself started in a chroot(2): the root of its mount namespace is another one, and must come neither
// into the container nor into what `exec` starts there.
import { expect } from 'bun:test'
import { readdirSync } from 'node:fs'

import { succeeded } from '#tests/support/box.ts'
import { detached, inChroot } from '#tests/support/chroot.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

const LEFT = 'leaves the root of the host to the mount namespace, and exec starts there'
const peersLeave = [lacks('runc', LEFT), lacks('crun', LEFT)]

for (const flags of ['', '--no-pivot']) {
  const made = `made in a chroot by "run"${flags && ` with ${flags}`}`
  containerTest(
    `exec sees the root of a container that was ${made}`,
    async (box) => {
      const outcome = await inChroot(box, 'mount', `${detached(flags)}; runtime exec $id ls /`)
      expect(succeeded(outcome).trim().split('\n')).toEqual(readdirSync(box.rootfs).sort())
    },
    ...peersLeave,
  )

  containerTest(`only its own mounts are in a container that was ${made}`, async (box) => {
    const args = ['cut', '-d ', '-f5', '/proc/self/mountinfo']
    const outcome = await inChroot(box, 'mount', `runtime run ${flags} --bundle $bundle $id`, { process: { args } })
    for (const point of succeeded(outcome).trim().split('\n')) expect(point).toMatch(/^\/(dev|proc|sys|$)/)
  })
}

containerTest('hooks run in the root that the runtime was started in', async (box) => {
  const hook = { path: '/bin/sh', args: ['sh', '-c', 'test -e /mnt/in-the-chroot'] }
  const hooks = { createRuntime: [hook], createContainer: [hook], poststart: [hook] }
  succeeded(await inChroot(box, 'mount', detached(), { hooks }))
})

containerTest('run needs no right to change roots', async (box) => {
  box.configure({ process: { args: ['echo', 'fine'] } })
  const drop = ['setpriv', '--bounding-set', '-sys_chroot', '--inh-caps', '-sys_chroot', '--']
  expect(succeeded(await box.program([...drop, ...box.runArgv()]))).toBe('fine\n')
})

containerTest(
  'selftest keeps every promise in a chroot',
  async (box) => {
    const report = succeeded(await inChroot(box, 'mount', 'runtime selftest'))
    expect(report.split('\n').filter((line) => line.startsWith('not ok'))).toEqual([])
    expect(report).toContain('ok 20')
  },
  lacks('runc', 'has no such command'),
  lacks('crun', 'has no such command'),
)
