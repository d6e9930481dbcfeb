// hooks that fail, hang or are not there: who notices and what is left.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, races } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import type { Hook } from '#tests/support/spec.ts'

const shell = (script: string, more: Partial<Hook> = {}): Hook => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  env: ['PATH=/bin:/usr/bin'],
  ...more,
})

const failing = shell('echo broken hook >&2; exit 3')

/** A hook that leaves a file on the host. */
const marking = (box: Box, name: string) => shell(`touch ${box.path(name)}`)

const CREATING = ['prestart', 'createRuntime', 'createContainer'] as const

for (const point of CREATING) {
  containerTest(`a ${point} hook that fails makes create fail and leaves nothing`, async (box) => {
    const outcome = await box.create({ hooks: { [point]: [failing] } })
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toMatch(/hook/i)
    expect(box.stateIds()).toEqual([])
    await box.assertClean()
  })

  containerTest(`no hook runs after a ${point} hook that failed`, async (box) => {
    const outcome = await box.create({
      hooks: { [point]: [failing, marking(box, 'second')], poststart: [marking(box, 'late')] },
    })
    expect(outcome.code).not.toBe(0)
    expect([existsSync(box.path('second')), existsSync(box.path('late'))]).toEqual([false, false])
  })

  containerTest(`a ${point} hook that is not there makes create fail with its path`, async (box) => {
    const outcome = await box.create({ hooks: { [point]: [{ path: '/no/such/hook' }] } })
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toMatch(/no\/such\/hook|no such file/i)
    expect(box.stateIds()).toEqual([])
  })

  containerTest(`a ${point} hook that exceeds its timeout is killed and create fails`, async (box) => {
    const start = performance.now()
    const outcome = await box.create({ hooks: { [point]: [shell('exec sleep 30', { timeout: 1 })] } }, { limit: 8_000 })
    expect(outcome.code).not.toBe(0)
    expect(performance.now() - start).toBeLessThan(6_000)
    expect(box.stateIds()).toEqual([])
  })
}

containerTest(
  'the message of a hook that failed says how it failed and what it wrote',
  async (box) => {
    assertRefused(await box.create({ hooks: { createRuntime: [failing] } }), /exit (status|code) 3.*broken hook/)
  },
  lacks('crun', 'sends what a hook writes to /dev/null'),
)

containerTest(
  'a poststop hook runs when create fails after the hooks began',
  async (box) => {
    const hooks = { createRuntime: [marking(box, 'first'), failing], poststop: [marking(box, 'stopped')] }
    expect((await box.create({ hooks })).code).not.toBe(0)
    expect([existsSync(box.path('first')), existsSync(box.path('stopped'))]).toEqual([true, true])
  },
  lacks('crun', 'runs no poststop hook when create fails'),
)

containerTest('a startContainer hook that fails keeps the program from starting', async (box) => {
  const hooks = { startContainer: [failing] }
  const outcome = await box.run({ hooks, process: { args: ['touch', '/tmp/started'] } })
  expect(outcome.code).not.toBe(0)
  expect(existsSync(`${box.rootfs}/tmp/started`)).toBe(false)
})

containerTest('a startContainer hook is looked up in the container', async (box) => {
  const outcome = await box.run({
    hooks: { startContainer: [{ path: '/usr/bin/touch', args: ['touch', '/tmp/hooked'] }] },
  })
  expect(existsSync('/usr/bin/touch')).toBe(true)
  expect(outcome.code).not.toBe(0)
})

containerTest(
  'a poststart hook that fails makes start fail and ends the container',
  async (box) => {
    expect((await box.create({ hooks: { poststart: [failing] }, process: { args: ['sleep', '1000'] } })).code).toBe(0)
    const outcome = await box.call(['start', box.name])
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toMatch(/hook/i)
    await box.assertNoProcess()
  },
  lacks('runc', 'poststart runs while the container is created and fails that', { until: '1.3.0' }),
  lacks('crun', 'a poststart hook that fails is a warning'),
)

containerTest(
  'a poststop hook that fails does not stop delete',
  async (box) => {
    await box.running({ hooks: { poststop: [failing, marking(box, 'second')] } })
    expect((await box.call(['delete', '--force', box.name])).code).toBe(0)
    expect(box.stateIds()).toEqual([])
    await box.assertClean()
  },
  races('crun', 'a hook that leaves its input unread can end delete with SIGPIPE'),
)

containerTest('create refuses a hook whose path is not absolute', async (box) => {
  const outcome = await box.create({ hooks: { createRuntime: [{ path: 'bin/sh' }] } })
  expect(outcome.code).not.toBe(0)
  expect(box.stateIds()).toEqual([])
})

containerTest('a hook within its timeout is left alone', async (box) => {
  const hook = shell(`sleep 0.2; echo done > ${box.rootfs}/tmp/done`, { timeout: 10 })
  await box.shell('true', { hooks: { createRuntime: [hook] } })
  expect(readFileSync(`${box.rootfs}/tmp/done`, 'utf8')).toBe('done\n')
})

containerTest(
  'a hook that ignores its input is no problem with large annotations',
  async (box) => {
    const annotations = { 'org.example.large': 'x'.repeat(200_000) }
    await box.shell('true', { annotations, hooks: { createRuntime: [shell('exec <&-; true')] } })
  },
  races('crun', 'a hook that leaves its input unread can end create with SIGPIPE'),
)
