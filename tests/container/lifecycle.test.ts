// create, start, state, kill and delete: the life of a container, step by step.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunUnknown } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'

/** A program that leaves a mark when it starts and then ends with code 0. */
const MARKING = { process: { args: ['touch', '/tmp/started'] } }

const marked = (box: Box) => existsSync(`${box.rootfs}/tmp/started`)

async function created(box: Box, spec = MARKING): Promise<void> {
  expect((await box.create(spec)).code).toBe(0)
}

async function stopped(box: Box): Promise<void> {
  await created(box)
  await box.ok(['start', box.name])
  await box.reaches('stopped')
}

containerTest('create makes a container that waits and has not started its program', async (box) => {
  await created(box)
  const { status, pid } = await box.state()
  expect(status).toBe('created')
  expect(existsSync(`/proc/${pid}`)).toBe(true)
  expect(marked(box)).toBe(false)
})

containerTest('start lets the program run and the container ends as stopped', async (box) => {
  await stopped(box)
  expect(marked(box)).toBe(true)
})

containerTest('start refuses a container that has stopped', async (box) => {
  await stopped(box)
  assertRefused(await box.call(['start', box.name]), /stopped|not.*(created|running)/i)
})

containerTest('start refuses a container that runs', async (box) => {
  await box.running()
  assertRefused(await box.call(['start', box.name]), /running|not.*created|No such file/i)
  expect((await box.state()).status).toBe('running')
})

containerTest('start uses the config.json that create read, whatever the file says later', async (box) => {
  await created(box)
  box.configure({ process: { args: ['touch', '/tmp/edited'] } })
  await box.ok(['start', box.name])
  await box.reaches('stopped')
  expect(marked(box)).toBe(true)
  expect(existsSync(`${box.rootfs}/tmp/edited`)).toBe(false)
})

containerTest('create refuses the id of an existing container and leaves that container alone', async (box) => {
  await created(box)
  const before = await box.state()
  assertRefused(await box.call(['create', '--bundle', box.bundleDir, box.name]), /exist/)
  expect(await box.state()).toEqual(before)
})

containerTest('create --pid-file writes the pid and no newline', async (box) => {
  box.configure(MARKING)
  await box.ok(['create', '--pid-file', box.path('pid'), '--bundle', box.bundleDir, box.name])
  expect(readFileSync(box.path('pid'), 'utf8')).toBe(String((await box.state()).pid))
})

for (const id of ['', '.', '..', '../evil', 'a/b', 'a b', 'a\nb', 'ü', '$(id)']) {
  containerTest(
    `create refuses the id ${JSON.stringify(id)}`,
    async (box) => {
      box.configure()
      const outcome = await box.call(['create', '--bundle', box.bundleDir, id])
      expect(outcome.code).not.toBe(0)
      expect(outcome.stderr).not.toBe('')
      expect(box.stateIds()).toEqual([])
    },
    ...(/^[\w $()\nü]+$/.test(id) ? [lacks('crun', 'ids are checked for slashes and a leading dot only')] : []),
  )
}

containerTest('create takes every character that an id may have', async (box) => {
  const id = `${box.name}-A.z_0+9`
  box.configure()
  await box.ok(['create', '--bundle', box.bundleDir, id])
  expect((await box.state(id)).id).toBe(id)
})

containerTest('delete removes a stopped container and everything that state knew of it', async (box) => {
  await stopped(box)
  await box.ok(['delete', box.name])
  expect(box.stateIds()).toEqual([])
  await box.assertClean()
})

containerTest('delete removes a container that was never started', async (box) => {
  await created(box)
  await box.ok(['delete', box.name])
  expect(marked(box)).toBe(false)
  await box.assertClean()
})

containerTest('delete refuses a container that runs', async (box) => {
  const pid = await box.running()
  assertRefused(await box.call(['delete', box.name]), /not stopped|running|not in `created` or `stopped` state/)
  expect(await box.state()).toMatchObject({ status: 'running', pid })
})

containerTest('delete --force kills a container that runs', async (box) => {
  const pid = await box.running()
  await box.ok(['delete', '--force', box.name])
  expect(existsSync(`/proc/${pid}/exe`)).toBe(false)
  await box.assertClean()
})

containerTest(
  'delete refuses an unknown container as one that does not exist',
  async (box) => {
    assertRefused(await box.call(['delete', box.name]), /does not exist/)
  },
  crunUnknown,
)

containerTest('delete --force of an unknown container succeeds', async (box) => {
  await box.ok(['delete', '--force', box.name])
})

for (const command of ['state', 'start', 'kill', 'pause', 'resume', 'ps']) {
  containerTest(
    `${command} refuses an unknown container as one that does not exist`,
    async (box) => {
      const outcome = await box.call([command, box.name])
      assertRefused(outcome, /does not exist/)
      expect(outcome.code).toBe(1)
    },
    crunUnknown,
  )
}
