// mounts[].options: the flags of a mount and of its propagation, as the kernel tells them in mountinfo.
import { expect } from 'bun:test'
import { mkdirSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, usingCall } from '#tests/support/container-test.ts'
import { mountOn } from '#tests/support/mountinfo.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import type { Mount } from '#tests/support/spec.ts'

const crunKeeps = lacks('crun', 'an option does not undo an earlier one')

/** Each option with what must and must not stand in mountinfo for a mount that was made with it. */
const FLAGS = [
  { options: [], present: ['rw', 'relatime'], absent: ['nosuid', 'nodev', 'noexec'] },
  { options: ['ro'], present: ['ro'], absent: ['rw'] },
  { options: ['ro', 'rw'], present: ['rw'], absent: ['ro'], but: [crunKeeps] },
  { options: ['nosuid'], present: ['nosuid'], absent: ['nodev', 'noexec'] },
  { options: ['nodev'], present: ['nodev'], absent: ['nosuid', 'noexec'] },
  { options: ['noexec'], present: ['noexec'], absent: ['nosuid', 'nodev'] },
  { options: ['nosuid', 'suid'], present: ['rw'], absent: ['nosuid'], but: [crunKeeps] },
  { options: ['nodev', 'dev'], present: ['rw'], absent: ['nodev'], but: [crunKeeps] },
  { options: ['noexec', 'exec'], present: ['rw'], absent: ['noexec'], but: [crunKeeps] },
  { options: ['noatime'], present: ['noatime'], absent: ['relatime'] },
  { options: ['nodiratime'], present: ['nodiratime'], absent: ['noatime'] },
  { options: ['relatime'], present: ['relatime'], absent: ['noatime'] },
  { options: ['strictatime'], present: ['rw'], absent: ['relatime', 'noatime'] },
]

for (const { options, present, absent, but = [] } of FLAGS) {
  const title = (kind: string) => `a ${kind} mount with the options [${options.join(',')}] has them`
  const check = async (box: Box, mount: Mount) => {
    const line = mountOn(await box.running({ mounts: [...DEFAULT_MOUNTS, mount] }), '/mnt')
    expect(line.options).toEqual(expect.arrayContaining(present))
    for (const option of absent) expect(line.options).not.toContain(option)
  }
  const tmpfs = (box: Box) => check(box, { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options })
  const bind = (box: Box) => {
    mkdirSync(box.path('host'))
    return check(box, { destination: '/mnt', type: 'bind', source: box.path('host'), options: ['bind', ...options] })
  }
  containerTest(title('tmpfs'), tmpfs, ...but)
  containerTest(title('bind'), bind, ...but)
}

containerTest(
  'a mount with the option defaults is a plain one',
  async (box) => {
    const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['defaults'] }
    expect(mountOn(await box.running({ mounts: [...DEFAULT_MOUNTS, mount] }), '/mnt').options).toContain('rw')
  },
  lacks('runc', 'takes defaults for an option of tmpfs'),
)

const crunPrivate = lacks('crun', 'the mount is private in the end')

const PROPAGATIONS = [
  { option: 'private', tags: [] },
  { option: 'slave', tags: [] },
  { option: 'shared', tags: ['shared'], but: [crunPrivate] },
  { option: 'unbindable', tags: ['unbindable'], but: [crunPrivate] },
  { option: 'rprivate', tags: [] },
  { option: 'rslave', tags: [] },
  { option: 'rshared', tags: ['shared'], but: [crunPrivate] },
  { option: 'runbindable', tags: ['unbindable'], but: [crunPrivate] },
]

for (const { option, tags, but = [] } of PROPAGATIONS) {
  const check = async (box: Box) => {
    const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: [option] }
    const line = mountOn(await box.running({ mounts: [...DEFAULT_MOUNTS, mount] }), '/mnt')
    expect(line.propagation).toEqual(tags)
  }
  containerTest(`a mount with the option ${option} has that propagation`, check, ...but)
}

containerTest('options of the file system are told from flags of the mount', async (box) => {
  const options = ['size=128k', 'nr_inodes=50', 'nosuid', 'mode=0710', 'uid=7', 'gid=8']
  const mount = { destination: '/mnt', type: 'tmpfs', source: 'scratch', options }
  const line = mountOn(await box.running({ mounts: [...DEFAULT_MOUNTS, mount] }), '/mnt')
  expect(line.superOptions).toEqual(expect.arrayContaining(['size=128k', 'nr_inodes=50', 'mode=710', 'uid=7', 'gid=8']))
  expect(line.options).toContain('nosuid')
  expect(line.source).toBe('scratch')
})

containerTest(
  'nosymfollow is a flag of the mount',
  async (box) => {
    const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['nosymfollow'] }
    const line = mountOn(await box.running({ mounts: [...DEFAULT_MOUNTS, mount] }), '/mnt')
    expect(line.options).toContain('nosymfollow')
  },
  lacks('crun', 'takes nosymfollow for an option of tmpfs'),
)

const RECURSIVE = [
  { option: 'rro', flag: 'ro' },
  { option: 'rnosuid', flag: 'nosuid' },
  { option: 'rnodev', flag: 'nodev' },
  { option: 'rnoexec', flag: 'noexec' },
  { option: 'rnoatime', flag: 'noatime', but: [lacks('crun', 'the kernel refuses its mount_setattr')] },
]

for (const { option, flag, but = [] } of RECURSIVE) {
  const check = async (box: Box) => {
    const source = box.path('host')
    mkdirSync(`${source}/inner`, { recursive: true })
    box.configure({
      process: { args: ['sh', '-c', "grep ' /mnt' /proc/self/mountinfo | cut -d' ' -f5,6"] },
      mounts: [...DEFAULT_MOUNTS, { destination: '/mnt', type: 'bind', source, options: ['rbind', option] }],
    })
    const script = `mount -t tmpfs inner ${source}/inner && exec "$@"`
    const { stdout } = await box.program(['unshare', '--mount', 'sh', '-c', script, 'sh', ...box.runArgv()])
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    expect(lines.map(([path]) => path)).toEqual(['/mnt', '/mnt/inner'])
    for (const [, options] of lines) expect(options?.split(',')).toContain(flag)
  }
  containerTest(
    `a recursive bind mount with ${option} has the flag on the mounts below, too`,
    check,
    usingCall('mount_setattr'),
    ...but,
  )
}
