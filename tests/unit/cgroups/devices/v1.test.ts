// The writes to version 1 against the plain model, as a kernel would answer after them.

import { describe, expect, test } from 'bun:test'

import { DEFAULT_DEVICE_RULES } from '#src/cgroups/devices/default-rules.ts'
import { effectiveRules } from '#src/cgroups/devices/effective.ts'
import type { DeviceRule } from '#src/cgroups/devices/rule.ts'
import { deviceWrites, type Write } from '#src/cgroups/devices/v1.ts'
import { isAllowed, requestsAbout, v1After } from '#tests/support/device-model.ts'
import { randomFrom } from '#tests/support/random-profile.ts'
import { allow, deny, DOCKER, EVERYTHING, NOTHING, randomRules, SAMPLES } from './rules.ts'

/** Says whether a cgroup answers every request as the rules do after the writes, whatever it allowed before. */
function keeps(writes: readonly Write[], rules: readonly DeviceRule[]): boolean {
  return (['allow', 'deny'] as const).every((before) => {
    const cgroup = v1After(writes, before)
    return requestsAbout(rules).every((request) => cgroup.allows(request) === isAllowed(rules, request))
  })
}

/** Gives the writes for rules, or nothing where version 1 cannot keep them. */
function writesFor(rules: readonly DeviceRule[]): readonly Write[] | undefined {
  try {
    return deviceWrites(effectiveRules(rules))
  } catch {
    return undefined
  }
}

describe('the writes', () => {
  const lines = (...rules: readonly DeviceRule[]) =>
    deviceWrites(effectiveRules(rules)).map(({ file, line }) => `${file} ${line}`)

  for (const [name, rules] of Object.entries(SAMPLES)) {
    test(`make a cgroup that keeps the rules: ${name}`, () => {
      expect(keeps(deviceWrites(effectiveRules(rules)), rules)).toBe(true)
    })
  }

  test('make a cgroup that keeps any rules that version 1 can keep', () => {
    const random = randomFrom(1)
    const tried = Array.from({ length: 1500 }, () => randomRules(random)).map((rules) => ({
      rules,
      writes: writesFor(rules),
    }))
    const possible = tried.filter(({ writes }) => writes !== undefined)
    expect(possible.filter(({ rules, writes }) => !keeps(writes ?? [], rules))).toEqual([])
    expect(possible.length).toBeGreaterThan(600)
    expect(possible.length).toBeLessThan(tried.length)
  })

  test('deny everything before they allow anything', () => {
    expect(lines(...DOCKER, allow('c', 136, -1, 'rw'), allow('b', -1, -1, 'm'))).toEqual([
      'devices.deny a',
      'devices.allow b *:* m',
      'devices.allow c 1:5 rwm',
      'devices.allow c 1:3 rwm',
      'devices.allow c 5:1 rwm',
      'devices.allow c 136:* rw',
    ])
  })

  test('are one where everything is allowed, or nothing', () => {
    expect(lines(EVERYTHING, ...DEFAULT_DEVICE_RULES)).toEqual(['devices.allow a'])
    expect(lines(NOTHING)).toEqual(['devices.deny a'])
  })

  test('allow everything and take back where that is the only way', () => {
    expect(lines(EVERYTHING, deny('c', 1, 3, 'w'))).toEqual(['devices.allow a', 'devices.deny c 1:3 w'])
  })

  test('grant in one entry what several rules grant together, as the kernel looks for one that grants it all', () => {
    expect(lines(allow('c', 1, 3, 'r'), allow('c', -1, -1, 'w'))).toEqual([
      'devices.deny a',
      'devices.allow c *:* w',
      'devices.allow c 1:3 rw',
    ])
  })

  test('are refused for what version 1 cannot keep', () => {
    expect(() => lines(allow('c', 1, -1, 'rwm'), deny('c', 1, 3, 'w'))).toThrow(
      'Cannot put linux.resources.devices into cgroup v1: some devices of a range are excepted, and so are some of the rest',
    )
  })
})
