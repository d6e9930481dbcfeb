// `kill`: which signals it knows, whom they reach and what it says when there is nobody left.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'

/** Starts a container that writes the name of each signal it gets. */
async function listening(box: Box): Promise<() => string> {
  const traps = ['TERM', 'HUP', 'USR1', 'WINCH'].map((name) => `trap "echo ${name} >> /tmp/got" ${name}`).join('; ')
  await box.running({ process: { args: ['sh', '-c', `${traps}; touch /tmp/got; while :; do sleep 0.02; done`] } })
  const file = `${box.rootfs}/tmp/got`
  await eventually('the traps to be set', () => existsSync(file))
  return () => readFileSync(file, 'utf8')
}

containerTest('kill sends SIGTERM when no signal is named', async (box) => {
  const got = await listening(box)
  await box.ok(['kill', box.name])
  await eventually('SIGTERM', () => got() === 'TERM\n')
})

for (const word of ['USR1', 'SIGUSR1', '10']) {
  containerTest(`kill takes ${word} for SIGUSR1`, async (box) => {
    const got = await listening(box)
    await box.ok(['kill', box.name, word])
    await eventually('SIGUSR1', () => got() === 'USR1\n', 1_000)
  })
}

for (const word of ['usr1', 'sigusr1']) {
  containerTest(
    `kill takes ${word} for SIGUSR1`,
    async (box) => {
      const got = await listening(box)
      await box.ok(['kill', box.name, word])
      await eventually('SIGUSR1', () => got() === 'USR1\n', 1_000)
    },
    lacks('crun', 'signal names are upper case only'),
  )
}

for (const word of ['NOPE', '0x', '999']) {
  containerTest(
    `kill refuses ${JSON.stringify(word)} as a signal and the container lives`,
    async (box) => {
      await box.running()
      const outcome = await box.call(['kill', box.name, word])
      expect(outcome.code).not.toBe(0)
      expect(outcome.stderr).not.toBe('')
      expect((await box.state()).status).toBe('running')
    },
    ...(word === 'NOPE' ? [lacks('crun', 'a word that is no signal counts as signal 0', { until: '1.21' })] : []),
    ...(word === '0x' ? [lacks('crun', 'a word that is no signal counts as signal 0')] : []),
  )
}

containerTest('kill ends a container that was created and never started', async (box) => {
  expect((await box.create()).code).toBe(0)
  await box.ok(['kill', box.name, 'KILL'])
  await box.reaches('stopped')
})

containerTest(
  'kill says "container not running" of a container that has stopped',
  async (box) => {
    await box.running({ process: { args: ['true'] } })
    await box.reaches('stopped')
    assertRefused(await box.call(['kill', box.name, 'TERM']), /container not running/)
  },
  lacks('crun', 'the text is "kill container: No such process"', { until: '1.21' }),
)

containerTest('kill --all of a container that has stopped succeeds', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  await box.ok(['kill', '--all', box.name, 'KILL'])
})

containerTest('kill --all reaches every process of a container without a pid namespace', async (box) => {
  const namespaces = ['ipc', 'uts', 'mount'].map((type) => ({ type }))
  await box.running({ process: { args: ['sh', '-c', 'sleep 1000 & sleep 1000 & wait'] }, linux: { namespaces } })
  await box.ok(['kill', '--all', box.name, 'KILL'])
  await box.reaches('stopped')
  await box.assertNoProcess()
})

containerTest(
  'kill with SIGKILL ends every process of a container without a pid namespace',
  async (box) => {
    const namespaces = ['ipc', 'uts', 'mount'].map((type) => ({ type }))
    await box.running({ process: { args: ['sh', '-c', 'sleep 1000 & sleep 1000 & wait'] }, linux: { namespaces } })
    await box.ok(['kill', box.name, 'KILL'])
    await box.assertNoProcess()
  },
  lacks('runc', 'SIGKILL reaches the first process alone', { until: '1.2.0' }),
  lacks('crun', 'SIGKILL reaches the first process alone'),
)
