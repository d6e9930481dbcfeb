// --regex: `kill` and `delete` for all containers whose names match.
import { expect } from 'bun:test'

import type { Box } from '#tests/support/box.ts'
import { WAIT } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

const runc = lacks('runc', 'has no such flag')

/** Runs containers whose names end like this. */
async function running(box: Box, ...ends: readonly string[]): Promise<void> {
  for (const end of ends) {
    const id = `${box.name}-${end}`
    box.configure({ process: { args: WAIT }, linux: { cgroupsPath: `/${id}` } })
    await box.ok(['run', '--detach', '--bundle', box.bundleDir, id])
  }
}

for (const flag of ['--regex', '-r']) {
  containerTest(
    `kill ${flag} reaches all containers that match, and no other`,
    async (box) => {
      await running(box, 'a1', 'a2', 'b1')
      await box.ok(['kill', flag, `${box.name}-a[12]$`, 'KILL'])
      await box.reaches('stopped', `${box.name}-a1`)
      await box.reaches('stopped', `${box.name}-a2`)
      expect((await box.state(`${box.name}-b1`)).status).toBe('running')
    },
    runc,
  )

  containerTest(
    `delete ${flag} deletes all containers that match, and no other`,
    async (box) => {
      await running(box, 'a1', 'a2', 'b1')
      await box.ok(['delete', '--force', flag, `${box.name}-a.`])
      expect(box.stateIds()).toEqual([`${box.name}-b1`])
    },
    runc,
  )
}

containerTest(
  'kill --regex reaches the others when one has stopped, and says so',
  async (box) => {
    await running(box, 'a1', 'a2', 'a3')
    await box.ok(['kill', `${box.name}-a1`, 'KILL'])
    await box.reaches('stopped', `${box.name}-a1`)
    const { code, stderr } = await box.call(['kill', '--regex', `${box.name}-a`, 'KILL'])
    expect([code === 0, stderr.includes(`${box.name}-a1`)]).toEqual([false, true])
    await box.reaches('stopped', `${box.name}-a2`)
    await box.reaches('stopped', `${box.name}-a3`)
  },
  runc,
  lacks('crun', 'stops at the first that fails'),
)

containerTest('what is no regular expression is refused', async (box) => {
  await running(box, 'a1')
  for (const command of [['kill'], ['delete', '--force']])
    expect((await box.call([...command, '--regex', '('])).code).not.toBe(0)
  expect((await box.state(`${box.name}-a1`)).status).toBe('running')
})
