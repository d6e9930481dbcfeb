// Which device rules matter, and which rules there are without asking.

import { describe, expect, test } from 'bun:test'

import { DEFAULT_DEVICE_RULES } from '#src/cgroups/devices/default-rules.ts'
import { allowEverything, effectiveRules } from '#src/cgroups/devices/effective.ts'
import { isAllowed } from '#tests/support/device-model.ts'
import { allow, deny, DOCKER, EVERYTHING, NOTHING } from './rules.ts'

describe('of a list of rules', () => {
  const kept = (...rules: Parameters<typeof effectiveRules>[0]) =>
    effectiveRules(rules).map(({ major, minor }) => `${major ?? '*'}:${minor ?? '*'}`)

  test('those remain that change something', () => {
    expect(kept(...DOCKER, ...DOCKER)).toEqual(['1:5', '1:3', '5:1'])
    expect(kept(allow('c', 1, 3, 'r'), allow('c', 1, -1, 'rw'))).toEqual(['1:*'])
    expect(kept(deny('c', 1, 3, 'r'))).toEqual([])
  })

  test('those remain that take back a part, and what they take it from', () => {
    expect(kept(allow('c', 1, -1, 'rwm'), deny('c', 1, 3, 'w'))).toEqual(['1:*', '1:3'])
    expect(kept(allow('c', 1, 3, 'r'), deny('b', 1, 3, 'r'))).toEqual(['1:3'])
    expect(kept(allow('c', 1, 3, 'r'), deny('c', 1, 3, 'w'))).toEqual(['1:3'])
  })

  test('-1 is every number', () => {
    expect(effectiveRules([allow('b', -1, -1, 'm')])).toEqual([
      { allow: true, type: 'b', major: undefined, minor: undefined, access: 1 },
    ])
  })
})

describe('a rule is refused', () => {
  test('without access, with its index', () => {
    for (const rule of [{ allow: true }, { allow: true, access: '' }]) {
      expect(() => effectiveRules([NOTHING, rule])).toThrow('Cannot use linux.resources.devices[1]: "access" is empty')
    }
  })

  test('with an unknown kind of access', () => {
    expect(() => effectiveRules([{ allow: true, access: 'rx' }])).toThrow(
      'Cannot use linux.resources.devices[0]: "x" in "access" is none of "r", "w" and "m"',
    )
  })
})

describe('there is nothing to enforce', () => {
  test('where everything is allowed', () => {
    expect(allowEverything(effectiveRules([NOTHING, EVERYTHING, ...DEFAULT_DEVICE_RULES]))).toBe(true)
    expect(allowEverything(effectiveRules([deny('c', 1, 3, 'r'), EVERYTHING]))).toBe(true)
  })

  test('and there only', () => {
    const lists = [
      [],
      [NOTHING],
      [EVERYTHING, deny('c', 1, 3, 'r')],
      [allow('a', -1, -1, 'rw')],
      [allow('c', -1, -1, 'rwm')],
      [allow('a', 1, -1, 'rwm')],
    ]
    expect(lists.map((rules) => allowEverything(effectiveRules(rules)))).toEqual(lists.map(() => false))
  })
})

test('the defaults allow the devices of every container, and to make nodes of any', () => {
  const allowed = (type: 'b' | 'c', major: number, minor: number, access: string) =>
    isAllowed([NOTHING, ...DEFAULT_DEVICE_RULES], { type, major, minor, access })
  expect([3, 5, 7, 8, 9].every((minor) => allowed('c', 1, minor, 'rwm'))).toBe(true)
  expect([allowed('c', 5, 0, 'rw'), allowed('c', 5, 2, 'rw'), allowed('c', 136, 77, 'rw')]).toEqual([true, true, true])
  expect([allowed('c', 10, 200, 'rw'), allowed('b', 8, 0, 'm'), allowed('c', 1, 1, 'm')]).toEqual([true, true, true])
  expect([allowed('b', 8, 0, 'r'), allowed('c', 1, 1, 'r'), allowed('c', 5, 1, 'w')]).toEqual([false, false, false])
})
