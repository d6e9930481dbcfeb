// Device rules to try, and how to ask what they came to.

import type { DeviceRule } from '#src/cgroups/devices/rule.ts'
import type { Random } from '#tests/support/random-profile.ts'

export const NOTHING: DeviceRule = { allow: false, access: 'rwm' }
export const EVERYTHING: DeviceRule = { allow: true, access: 'rwm' }

/** A rule that allows; -1 is every number. */
export const allow = (type: 'a' | 'b' | 'c', major: number, minor: number, access: string): DeviceRule => ({
  allow: true,
  type,
  major,
  minor,
  access,
})

/** A rule that denies; -1 is every number. */
export const deny = (type: 'a' | 'b' | 'c', major: number, minor: number, access: string): DeviceRule => ({
  ...allow(type, major, minor, access),
  allow: false,
})

/** As dockerd 28.5 writes them into a config.json, though not all of them. */
export const DOCKER: readonly DeviceRule[] = [
  NOTHING,
  allow('c', 1, 5, 'rwm'),
  allow('c', 1, 3, 'rwm'),
  allow('c', 5, 1, 'rwm'),
  deny('c', 10, 229, 'rwm'),
]

/** Rules that both versions can be asked to keep, by what is special about them. */
export const SAMPLES: Readonly<Record<string, readonly DeviceRule[]>> = {
  none: [],
  'those of Docker, twice': [...DOCKER, ...DOCKER],
  'all but one device': [EVERYTHING, deny('c', 1, 3, 'w')],
  'kinds of access allowed one by one': [allow('c', 1, 3, 'r'), allow('c', -1, 3, 'w'), allow('c', 1, -1, 'm')],
  'a part taken back': [allow('c', 1, 3, 'rwm'), deny('c', 1, 3, 'w'), allow('b', -1, -1, 'm')],
  'both types at once': [allow('a', 1, -1, 'rw'), deny('b', 1, -1, 'r')],
}

/** Up to eight rules about few numbers, so that they meet. */
export function randomRules(random: Random): readonly DeviceRule[] {
  return Array.from({ length: random(9) }, () => {
    const type = (['a', 'b', 'c', 'c'] as const)[random(4)] ?? 'c'
    const access = ['r', 'w', 'm', 'rw', 'rwm', 'rwm'][random(6)] ?? 'r'
    return { ...allow(type, random(4) - 1, random(4) - 1, access), allow: random(2) === 0 }
  })
}
