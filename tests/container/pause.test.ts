// `pause` and `resume`: the freezer, and what other commands make of a frozen container.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'

const COUNTING = { process: { args: ['sh', '-c', 'while :; do echo >> /tmp/count; sleep 0.01; done'] } }

containerTest('pause stops every process and resume lets them go on', async (box) => {
  await box.running(COUNTING)
  const file = `${box.rootfs}/tmp/count`
  const count = () => (existsSync(file) ? readFileSync(file, 'utf8').length : 0)
  await eventually('the count to begin', () => count() > 0)
  await box.ok(['pause', box.name])
  expect((await box.state()).status).toBe('paused')
  const frozen = count()
  await Bun.sleep(100)
  expect(count()).toBe(frozen)
  await box.ok(['resume', box.name])
  expect((await box.state()).status).toBe('running')
  await eventually('the count to go on', () => count() > frozen)
})

containerTest('a paused container is listed as paused', async (box) => {
  await box.running()
  await box.ok(['pause', box.name])
  expect(JSON.parse(await box.ok(['list', '--format', 'json']))).toMatchObject([{ status: 'paused' }])
})

containerTest('exec refuses a paused container', async (box) => {
  await box.running()
  await box.ok(['pause', box.name])
  assertRefused(await box.exec(['true']), /paused/)
})

containerTest(
  'exec --ignore-paused waits in the frozen container until it is resumed',
  async (box) => {
    await box.running()
    await box.ok(['pause', box.name])
    const { done } = box.spawn(['exec', '--ignore-paused', box.name, 'sh', '-c', 'exit 5'])
    await Bun.sleep(100)
    await box.ok(['resume', box.name])
    expect((await done).code).toBe(5)
  },
  lacks('crun', 'has no --ignore-paused'),
)

containerTest('delete --force removes a paused container', async (box) => {
  await box.running()
  await box.ok(['pause', box.name])
  await box.ok(['delete', '--force', box.name])
  await box.assertClean()
})

containerTest(
  'kill with SIGKILL ends a paused container',
  async (box) => {
    await box.running()
    await box.ok(['pause', box.name])
    await box.ok(['kill', box.name, 'KILL'])
    await box.reaches('stopped')
  },
  lacks('crun', 'the container stays frozen on cgroup v1', { until: '1.21' }),
)

containerTest(
  'resume refuses a container that is not paused',
  async (box) => {
    await box.running()
    assertRefused(await box.call(['resume', box.name]), /not paused/)
  },
  lacks('crun', 'resuming a running container does nothing and succeeds'),
)

containerTest('pause refuses a container that has stopped', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  assertRefused(await box.call(['pause', box.name]), /not running|stopped|created or running/)
})
