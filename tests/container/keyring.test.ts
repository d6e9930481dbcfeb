// The session keyring, keyrings(7): one of the container's own, under a name that tells whose it is.
import { expect } from 'bun:test'

import { containerTest, lacks } from '#tests/support/container-test.ts'

const KEYS = { linux: { maskedPaths: [] }, process: { args: ['cat', '/proc/keys'] } }

containerTest(
  'a container has a session keyring that is named after it',
  async (box) => {
    const { stdout } = await box.run(KEYS)
    expect(stdout).toContain(` _ses.${box.name}: `)
  },
  lacks('crun', 'the name of the keyring is the bare id'),
)

containerTest('run --no-new-keyring leaves the container without one', async (box) => {
  box.configure(KEYS)
  const stdout = await box.ok(['run', '--no-new-keyring', '--bundle', box.bundleDir, box.name])
  expect(stdout).not.toContain(box.name)
})

containerTest(
  'exec joins the session keyring of the container',
  async (box) => {
    await box.running({ linux: { maskedPaths: [] } })
    expect(await box.execShell('cat /proc/keys')).toContain(` _ses.${box.name}: `)
  },
  lacks('crun', 'the name of the keyring is the bare id'),
)
