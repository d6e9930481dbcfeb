// The writes to version 1 against the plain model, as a kernel would answer after them.

import { describe, expect, test } from 'bun:test'

import { DEFAULT_DEVICE_RULES } from '#src/cgroups/devices/default-rules.ts'
import { effectiveRules } from '#src/cgroups/devices/effective.ts'
import type { DeviceRule } from '#src/cgroups/devices/rule.ts'
import { deviceChanges, deviceWrites, type Write } from '#src/cgroups/devices/v1.ts'
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

describe('the changes of a cgroup in use', () => {
  const changes = (before: readonly DeviceRule[], after: readonly DeviceRule[]) => {
    const first = deviceWrites(effectiveRules(before))
    const then = deviceChanges(effectiveRules(after), v1After(first, 'allow').list)
    return { first, then, lines: then.map(({ file, line }) => `${file} ${line}`) }
  }

  test('are none where nothing changes', () => {
    expect(changes(DOCKER, [...DOCKER, ...DOCKER]).lines).toEqual([])
  })

  test('allow what is new before they take back what is old, and touch nothing else', () => {
    const before = [allow('c', 1, 3, 'rw'), allow('c', 1, 5, 'rwm'), allow('b', 8, -1, 'r')]
    const after = [allow('c', 1, 3, 'rm'), allow('c', 1, 5, 'rwm'), allow('c', 7, 1, 'w')]
    expect(changes(before, after).lines).toEqual([
      'devices.allow c 1:3 m',
      'devices.allow c 7:1 w',
      'devices.deny b 8:* r',
      'devices.deny c 1:3 w',
    ])
  })

  test('begin anew where the list does not tell what there is', () => {
    expect(changes([EVERYTHING, deny('c', 1, 3, 'w')], [allow('c', 1, 5, 'r')]).lines).toEqual([
      'devices.deny a',
      'devices.allow c 1:5 r',
    ])
  })

  test('end with the new rules, and at no moment deny one kind of access that both lists allow', () => {
    const random = randomFrom(2)
    const listed = Array.from({ length: 800 }, () => randomRules(random)).filter((rules) => {
      return writesFor(rules)?.[0]?.file === 'devices.deny'
    })
    expect(listed.length).toBeGreaterThan(200)
    for (const [i, after] of listed.entries()) {
      const before = listed[i - 1] ?? []
      const { first, then } = changes(before, after)
      const asked = requestsAbout([...before, ...after])
      const kept = asked.filter((one) => one.access.length === 1 && isAllowed(before, one) && isAllowed(after, one))
      for (const [n] of [...then, then].entries()) {
        const cgroup = v1After([...first, ...then.slice(0, n)], 'allow')
        expect(kept.filter((one) => !cgroup.allows(one))).toEqual([])
      }
      const last = v1After([...first, ...then], 'allow')
      expect(asked.filter((one) => last.allows(one) !== isAllowed(after, one))).toEqual([])
    }
  })
})
