// Who writes the id mappings of a user namespace, as calls.

import { expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { Failure } from '#src/failure.ts'
import { mapIds } from '#src/namespaces/map-ids.ts'
import { recording, type Script } from '../recording.ts'

const USER = 1000
const alone = [{ containerID: 0, hostID: USER, size: 1 }]
const many = [...alone, { containerID: 1, hostID: 200_000, size: 65_536 }]
const asUser = { geteuid: USER, getegid: USER }

function mapped(maps: Parameters<typeof mapIds>[2], script: Script): string[] {
  const it = recording(script)
  mapIds(it.kernel, 7, maps)
  return it.all().filter((line) => !line.includes('close('))
}

test('a user who maps himself alone writes the maps, and gives up changing groups first', () => {
  expect(mapped({ uids: alone, gids: alone }, asUser).slice(2)).toEqual([
    'here: openat(AT_FDCWD, "/proc/7/setgroups", WRONLY)',
    'here: write(</proc/7/setgroups>, "deny")',
    'here: openat(AT_FDCWD, "/proc/7/gid_map", WRONLY)',
    'here: write(</proc/7/gid_map>, "0 1000 1\\n")',
    'here: openat(AT_FDCWD, "/proc/7/uid_map", WRONLY)',
    'here: write(</proc/7/uid_map>, "0 1000 1\\n")',
  ])
})

test.each([
  ['himself as somebody else', [{ containerID: 0, hostID: 5, size: 1 }]],
  ['himself and the next', [{ containerID: 0, hostID: USER, size: 2 }]],
  ['more than himself', many],
])('a user who maps %s needs newuidmap, and hears so where it is missing', (_, maps) => {
  const absent = (call: Call<unknown>) =>
    String(call.operands()[1]).endsWith('map') ? { refused: 'ENOENT' } : undefined
  expect(() => mapped({ uids: maps, gids: maps }, { ...asUser, openat: absent })).toThrow(
    new Failure('a user other than root can map more than itself only by newgidmap'),
  )
})

test('a user namespace without mappings is an error', () => {
  expect(() => mapped({ uids: [], gids: alone }, { geteuid: 0 })).toThrow(
    'a new user namespace needs linux.uidMappings and linux.gidMappings',
  )
})
