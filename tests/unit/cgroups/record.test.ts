// What is taken for a record, when it is read from a file: a wrong one would have the wrong processes killed.
import { describe, expect, test } from 'bun:test'

import { isCgroupRecord } from '#src/cgroups/record.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

test.each([
  ['version 2', UNIFIED],
  ['version 1', LEGACY],
  ['both', HYBRID],
  ['none', NONE],
  ['a unit of systemd', { ...UNIFIED, driver: 'systemd', unit: { name: 'docker-c1.scope', slice: 'system.slice' } }],
  ['a unit of a user', { ...UNIFIED, driver: 'systemd', unit: { name: 'a.scope', slice: 'b.slice', user: true } }],
])('a record of %s survives being saved', (_, record) => {
  const saved: unknown = JSON.parse(JSON.stringify(record))
  expect(isCgroupRecord(saved)).toBe(true)
  expect(saved).toEqual(record)
})

describe('no record is', () => {
  const one = { version: 2, controllers: [], mount: '/sys/fs/cgroup', path: '/sys/fs/cgroup/a' }
  const of = (changes: object) => ({ driver: 'cgroupfs', hierarchies: [{ ...one, ...changes }] })

  test('the example itself is one', () => expect(isCgroupRecord(of({}))).toBe(true))

  test.each([
    ['nothing', undefined],
    ['a text', 'cgroupfs'],
    ['one without hierarchies', { driver: 'cgroupfs' }],
    ['one with a text for a hierarchy', { driver: 'cgroupfs', hierarchies: ['/sys/fs/cgroup/a'] }],
    ['one of an unknown driver', { ...of({}), driver: 'magic' }],
    ['one of systemd without a unit', { ...of({}), driver: 'systemd' }],
    ['one of another driver with a unit', { ...of({}), unit: { name: 'a.scope', slice: 'b.slice' } }],
    ['one whose unit is a service', { ...of({}), driver: 'systemd', unit: { name: 'ssh.service', slice: 'b.slice' } }],
    [
      'one whose unit is of nobody known',
      { ...of({}), driver: 'systemd', unit: { name: 'a.scope', slice: 'b.slice', user: 'me' } },
    ],
    ['one whose unit has no slice', { ...of({}), driver: 'systemd', unit: { name: 'a.scope' } }],
    ['one of an unknown version', of({ version: 3 })],
    ['one whose path is the mount', of({ path: '/sys/fs/cgroup' })],
    ['one whose path is elsewhere', of({ path: '/etc' })],
    ['one whose path only begins like the mount', of({ path: '/sys/fs/cgroups/a' })],
    ['one whose path climbs', of({ path: '/sys/fs/cgroup/a/../..' })],
    ['one with a number for a controller', of({ controllers: [1] })],
  ])('%s', (_, value) => expect(isCgroupRecord(value)).toBe(false))
})
