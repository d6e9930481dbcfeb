// Flags that crun has and runc does not: who makes cgroups, and which file is the config.
import { expect } from 'bun:test'
import { existsSync, readFileSync, renameSync } from 'node:fs'

import { containerTest, lacks, races } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'

const noFlag = lacks('runc', 'has no such flag')
const SHOW = { process: { args: ['cat', '/proc/self/cgroup'] } }

/** Where this process is, and with it the runtime that it starts. */
const ownCgroup = () => readFileSync('/proc/self/cgroup', 'utf8').trim()

containerTest(
  '--cgroup-manager cgroupfs makes a cgroup',
  async (box) => {
    box.configure(SHOW)
    const cgroup = await box.ok(['--cgroup-manager', 'cgroupfs', 'run', '--bundle', box.bundleDir, box.name])
    expect(cgroup).toContain(box.name)
  },
  noFlag,
)

containerTest(
  '--cgroup-manager=disabled leaves a container in the cgroup of its caller, through its whole life',
  async (box) => {
    box.configure({ process: { args: ['sh', '-c', 'cat /proc/self/cgroup > /cgroup; sleep 1000'] } })
    const run = ['--cgroup-manager=disabled', 'run', '--detach', '--bundle', box.bundleDir, box.name]
    await box.ok(run)
    await box.execShell('until [ -s /cgroup ]; do sleep 0.01; done')
    expect(readFileSync(`${box.rootfs}/cgroup`, 'utf8').trim()).toBe(ownCgroup())
    expect((await box.execShell('cat /proc/self/cgroup')).trim()).toBe(ownCgroup())
    await box.ok(['kill', box.name, 'KILL'])
    await box.reaches('stopped')
    await box.ok(['delete', box.name])
  },
  noFlag,
)

containerTest(
  'a container without cgroup can neither be paused nor be given limits',
  async (box) => {
    box.configure({ process: { args: ['sleep', '1000'] } })
    await box.ok(['--cgroup-manager=disabled', 'run', '--detach', '--bundle', box.bundleDir, box.name])
    assertRefused(await box.call(['pause', box.name]), /cgroup/)
    assertRefused(await box.call(['update', '--memory', '67108864', box.name]), /cgroup/)
  },
  noFlag,
  races('crun', 'writes such a limit into the root of the hierarchy, which may be a limit of the whole host'),
)

for (const flag of ['--config', '-f'])
  containerTest(
    `create and run read the file of ${flag} in place of config.json, from where they are called`,
    async (box) => {
      box.configure({ process: { args: ['echo', 'from another file'] } })
      renameSync(`${box.bundleDir}/config.json`, `${box.bundleDir}/other.json`)
      const run = ['run', '--bundle', box.bundleDir, flag, 'bundle/other.json', box.name]
      expect(await box.ok(run, { cwd: box.dir })).toBe('from another file\n')
      const absolute = `${box.bundleDir}/other.json`
      await box.ok(['create', '--bundle', box.bundleDir, flag, absolute, box.name])
      await box.reaches('created')
      await box.ok(['delete', '--force', box.name])
      expect(existsSync(`${box.root}/${box.name}`)).toBe(false)
    },
    noFlag,
  )
