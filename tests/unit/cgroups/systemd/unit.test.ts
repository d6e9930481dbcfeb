// How cgroupsPath names a unit of systemd, and where the cgroup of that unit is.
import { describe, expect, test } from 'bun:test'

import { placeOf, unitFor } from '#src/cgroups/systemd/unit.ts'

describe('a path', () => {
  test.each([
    ['system.slice:docker:c1', 'docker-c1.scope', '/system.slice/docker-c1.scope'],
    ['', 'bunc-id.scope', '/system.slice/bunc-id.scope'],
    [':libpod:c1', 'libpod-c1.scope', '/system.slice/libpod-c1.scope'],
    ['machine.slice::c1', 'c1.scope', '/machine.slice/c1.scope'],
    ['a-b-c.slice:x:y', 'x-y.scope', '/a.slice/a-b.slice/a-b-c.slice/x-y.scope'],
    ['-.slice:x:y', 'x-y.scope', '/x-y.scope'],
    ['-:x:y', 'x-y.scope', '/x-y.scope'],
    ['a.slice:x:b-c.slice', 'b-c.slice', '/b.slice/b-c.slice'],
  ])('"%s" is the unit "%s" at "%s"', (path, name, place) => {
    const unit = unitFor(path, 'id')
    expect(unit.name).toBe(name)
    expect(placeOf(unit)).toBe(place)
  })

  test.each(['/docker/c1', 'a.slice:b', 'a.slice:b:c:d', 'a.slice:b:', 'c1'])('"%s" is not of the form', (path) => {
    expect(() => unitFor(path, 'id')).toThrow('is not of the form "slice:prefix:name"')
  })

  test.each([
    'a:x:y',
    'a--b.slice:x:y',
    '-a.slice:x:y',
    'a-.slice:x:y',
    '.slice:x:y',
    'a/../b.slice:x:y',
    '../a.slice:x:y',
  ])('"%s" names no slice', (path) => expect(() => unitFor(path, 'id')).toThrow('cannot name a slice of systemd'))

  test.each(['a.slice:x:../../etc', 'a.slice:x/y:z', 'a.slice:x:a@b', `a.slice:x:${'y'.repeat(250)}`])(
    '"%s" names no unit',
    (path) => expect(() => unitFor(path, 'id')).toThrow('cannot name a unit'),
  )
})
