// AppArmor: a process is confined by the profile of its config.json, and one that cannot be confined is not started.
import { afterAll, beforeAll, expect } from 'bun:test'
import { writeFileSync } from 'node:fs'

import { assertRefused } from '#tests/support/refusals.ts'
import { containerTest, needing } from '#tests/support/container-test.ts'
import { lacks } from '#tests/support/needs.ts'

const PROFILE = 'bunc-test-confined'

/** Everything is allowed but to read one file. */
const TEXT = `profile ${PROFILE} flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  network,
  signal,
  unix,
  deny /etc/secret r,
}
`

const absent = lacks(['root', 'apparmor']) !== undefined

function parser(flag: '--replace' | '--remove'): void {
  const { exitCode, stderr } = Bun.spawnSync(['apparmor_parser', flag], { stdin: Buffer.from(TEXT) })
  expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 0 })
}

beforeAll(() => {
  if (!absent) parser('--replace')
})

afterAll(() => {
  if (!absent) parser('--remove')
})

containerTest(
  'a process runs under the profile of its config.json',
  async (box) => {
    const out = await box.shell('cat /proc/self/attr/current', { process: { apparmorProfile: PROFILE } })
    expect(out.trim()).toBe(`${PROFILE} (enforce)`)
  },
  needing('apparmor'),
)

containerTest(
  'what the profile forbids is refused, and nothing else',
  async (box) => {
    writeFileSync(`${box.rootfs}/etc/secret`, 'secret')
    writeFileSync(`${box.rootfs}/etc/open`, 'open')
    const script = 'cat /etc/open; cat /etc/secret || echo " refused"'
    expect((await box.shell(script, { process: { apparmorProfile: PROFILE } })).trim()).toBe('open refused')
    expect((await box.shell(script)).trim()).toBe('opensecret')
  },
  needing('apparmor'),
)

containerTest(
  'a profile that is not loaded is an error, and nothing is left',
  async (box) => {
    assertRefused(await box.run({ process: { apparmorProfile: 'bunc-test-nobody' } }), /apparmor|bunc-test-nobody/i)
    await box.assertClean()
  },
  needing('apparmor'),
)

containerTest(
  'a process of exec has the profile of the container, or the one that it is given',
  async (box) => {
    await box.running({ process: { apparmorProfile: PROFILE } })
    expect((await box.execShell('cat /proc/self/attr/current')).trim()).toBe(`${PROFILE} (enforce)`)
    const other = await box.exec(['cat', '/proc/self/attr/current'], ['--apparmor', 'unconfined'])
    expect(other.stdout.trim()).toBe('unconfined')
  },
  needing('apparmor'),
)
