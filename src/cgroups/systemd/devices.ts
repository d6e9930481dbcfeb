// The device rules of a container as properties of its unit. systemd attaches a program of its own when it applies a
// unit's properties, and beside ours both must allow an access: without these properties it could take devices away, or,
// where it puts its own in the place of ours, leave none of them denied. Pure.

import type { Property } from '#ffi/sd-bus.ts'
import { DEFAULT_DEVICE_RULES } from '../devices/default-rules.ts'
import { effectiveRules } from '../devices/effective.ts'
import { ACCESS, type DeviceRule, type Rule } from '../devices/rule.ts'

/**
 * Takes the rules of the config, gives the properties. systemd knows no rule that denies, nor one for a minor number of
 * every driver: where there is one of those, it is told to deny nothing, which leaves the decision to our own program.
 */
export function deviceProperties(rules: readonly DeviceRule[]): readonly Property[] {
  const entries = effectiveRules([...rules, ...DEFAULT_DEVICE_RULES]).map(entriesOf)
  const expressible = entries.every((some) => some !== undefined)
  return [
    { name: 'DevicePolicy', type: 's', value: expressible ? 'strict' : 'auto' },
    // Entries are added to those that are there; the empty list clears them.
    { name: 'DeviceAllow', type: 'a(ss)', value: [] },
    ...(expressible
      ? [{ name: 'DeviceAllow', type: 'a(ss)', value: entries.flatMap((some) => some ?? []) } as const]
      : []),
  ]
}

/** The entries for a rule: the device and the kinds of access; undefined where systemd cannot express it. */
function entriesOf({ allow, type, major, minor, access }: Rule): readonly (readonly [string, string])[] | undefined {
  if (!allow || (major === undefined && minor !== undefined)) return undefined
  const letters = Object.entries(ACCESS)
    .filter(([, bit]) => (access & bit) !== 0)
    .map(([letter]) => letter)
    .join('')
  const types = type === undefined ? (['b', 'c'] as const) : [type]
  return types.map((one) => [specifier(one === 'b' ? 'block' : 'char', major, minor), letters] as const)
}

/** A path that is made of the numbers is read as numbers and need not exist (systemd 240). */
function specifier(kind: 'block' | 'char', major: number | undefined, minor: number | undefined): string {
  if (major === undefined) return `${kind}-*`
  return minor === undefined ? `${kind}-${major}` : `/dev/${kind}/${major}:${minor}`
}
