// A device rule of the specification (config-linux.md#allowed-device-list) in the form that both cgroup versions are
// made from: which devices, which kinds of access, allowed or not. Knows no cgroup.

import { Failure } from '#src/failure.ts'

/** A rule of `linux.resources.devices`; -1 is every number, as is one that is left out. */
export interface DeviceRule {
  readonly allow: boolean
  readonly type?: 'a' | 'b' | 'c' | undefined
  readonly major?: number | undefined
  readonly minor?: number | undefined
  readonly access?: string | undefined
}

/** BPF_DEVCG_ACC_*, linux/bpf.h: what a process wants of a device. */
export const ACCESS = { m: 1, r: 2, w: 4 } as const
export const EVERY_ACCESS = 7

/** A rule for devices of one type, or of both where it names none. */
export interface Rule {
  readonly allow: boolean
  readonly type: 'b' | 'c' | undefined
  readonly major: number | undefined
  readonly minor: number | undefined
  /** Bits of `ACCESS`, at least one. */
  readonly access: number
}

/**
 * Takes the rules as given, gives them as rules here. Type "a" is both types, with whatever numbers and access the rule
 * names: the specification gives it no other meaning. Throws a Failure for a rule that names no access or an unknown one.
 */
export function readRules(rules: readonly DeviceRule[]): readonly Rule[] {
  return rules.map(({ allow, type, major, minor, access }, i) => ({
    allow,
    type: type === 'a' ? undefined : type,
    major: major === -1 ? undefined : major,
    minor: minor === -1 ? undefined : minor,
    access: readAccess(access ?? '', i),
  }))
}

function readAccess(text: string, i: number): number {
  let access = 0
  for (const letter of text) {
    if (letter !== 'r' && letter !== 'w' && letter !== 'm') {
      throw new Failure(`Cannot use linux.resources.devices[${i}]: "${letter}" in "access" is none of "r", "w" and "m"`)
    }
    access |= ACCESS[letter]
  }
  if (access === 0) throw new Failure(`Cannot use linux.resources.devices[${i}]: "access" is empty`)
  return access
}

/** Whether every device and access of one rule is one of another, whatever the two say about it. */
export function covers(outer: Rule, inner: Rule): boolean {
  return sameDevices(outer, inner) && (inner.access & ~outer.access) === 0
}

function sameDevices(outer: Rule, inner: Rule): boolean {
  return (
    (outer.type === undefined || outer.type === inner.type) &&
    (outer.major === undefined || outer.major === inner.major) &&
    (outer.minor === undefined || outer.minor === inner.minor)
  )
}

/** Whether two rules speak of any access to any device in common. */
export function meet(a: Rule, b: Rule): boolean {
  const common = (one: unknown, other: unknown) => one === undefined || other === undefined || one === other
  return common(a.type, b.type) && common(a.major, b.major) && common(a.minor, b.minor) && (a.access & b.access) !== 0
}
