// That the real kernel takes our rules, and that a process in the cgroup meets them.
import { expect } from 'bun:test'

import { here } from '#ffi/perform/here.ts'
import { restrictDevices } from '#src/cgroups/device-access.ts'
import { needs } from '#tests/support/needs.ts'
import { OwnCgroup } from './own-cgroup.ts'

const { test } = needs('root')

/** Tries in the cgroup to read /dev/null (1:3, allowed by default) and /dev/kmsg (1:11); gives the answers of both. */
async function tried(own: OwnCgroup): Promise<string> {
  const status = await own.shell(`
    null=no; kmsg=no
    (: < /dev/null) && null=yes
    (: < /dev/kmsg) && kmsg=yes
    [ $null = yes ] && code=1 || code=0
    [ $kmsg = yes ] && code=$((code + 2))
    exit $code`).exited
  return ['neither', 'null', 'kmsg', 'both'][status] ?? `status ${status}`
}

const KMSG = { type: 'c', major: 1, minor: 11, access: 'rw' } as const

test('a cgroup that nobody has restricted allows every device', async () => {
  using own = new OwnCgroup()
  expect(await tried(own)).toBe('both')
})

test('without rules a container has the devices that every one has, and no others', async () => {
  using own = new OwnCgroup()
  restrictDevices(here, own.record, [])
  expect(await tried(own)).toBe('null')
})

test('a device that is allowed can be opened', async () => {
  using own = new OwnCgroup()
  restrictDevices(here, own.record, [
    { allow: false, access: 'rwm' },
    { allow: true, ...KMSG },
  ])
  expect(await tried(own)).toBe('both')
})

test('new rules replace the old ones, in both directions, any number of times', async () => {
  using own = new OwnCgroup()
  for (const allow of [true, false, true, false]) {
    restrictDevices(here, own.record, [{ allow, ...KMSG }])
    expect(await tried(own)).toBe(allow ? 'both' : 'null')
  }
  restrictDevices(here, own.record, [{ allow: true, access: 'rwm' }])
  expect(await tried(own)).toBe('both')
})

test('while rules change, nothing is denied that the old and the new ones allow', async () => {
  using own = new OwnCgroup()
  const lists = [[], [{ allow: true, ...KMSG }], [{ allow: false, access: 'rwm' }]] as const
  restrictDevices(here, own.record, lists[0])
  const hammering = own.shell('while : < /dev/null > /dev/zero; do :; done')
  for (const until = performance.now() + 2000; performance.now() < until;) {
    for (const rules of lists) restrictDevices(here, own.record, rules, { inUse: true })
    await Bun.sleep(0)
    if (hammering.exitCode !== null) break
  }
  expect(hammering.exitCode).toBeNull()
})
