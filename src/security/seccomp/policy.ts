// What a profile means on a machine: for every AUDIT_ARCH_* value that a filter can meet, the system call numbers as
// ranges with one decision each. The one reading of a profile that the compiler and the explanation share. Knows
// nothing of BPF.

import { BAD_ARCHITECTURE, hidesNewerCalls, NOT_IMPLEMENTED } from './actions.ts'
import { type Architecture, eachClass } from './architectures.ts'
import type { Branch } from './decision.ts'
import type { Machine } from './machine.ts'
import type { Profile } from './profile.ts'
import { decisionAbout, NO_RULE, readRules, type Sayings } from './rules.ts'

/** The architectures that share an AUDIT_ARCH_* value, and all numbers from 0 on, in columns. */
export interface Family {
  readonly audit: number
  readonly members: readonly Architecture[]
  /** Where each range starts; it ends where the next one does. */
  readonly starts: readonly number[]
  readonly decisions: readonly Branch[]
}

/** What holds on one machine. */
export interface Policy {
  /** The one with the native architecture first. */
  readonly families: readonly Family[]
  /** What decides about system calls that the profile does not name. */
  readonly fallback: Branch
  /** What decides about system calls of an architecture that the profile does not name. */
  readonly unnamed: Branch
}

/** Decides about calls that are newer than the profile. */
export const NEWER: Branch = { outcome: { value: NOT_IMPLEMENTED, rule: NO_RULE }, nodes: [] }
/** Decides about calls of an architecture that the profile does not name. */
export const UNNAMED: Branch = { outcome: { value: BAD_ARCHITECTURE, rule: NO_RULE }, nodes: [] }

/** A tracer that wants a call skipped sets its number to -1. Like libseccomp, leave that to the default action. */
const SKIPPED_CALL = 0xffff_ffff
const END = 0x1_0000_0000

/**
 * Takes a profile and the machine that it is for, gives what it means there. Neighbours of one verdict are one range,
 * unless their rules are wanted `apart`: an explanation names the rule.
 */
export function policy(profile: Profile, machine: Machine, apart = false): Policy {
  const sayings = readRules(profile, apart)
  const hides = hidesNewerCalls(profile.defaultAction, profile.defaultErrnoRet)
  const families: Family[] = []
  for (const members of covered(profile, machine)) families.push(familyOf(members, sayings, hides))
  return { families, fallback: decisionAbout(sayings.fallback, 64), unnamed: UNNAMED }
}

/** The native architecture and those that the profile names, by their AUDIT_ARCH_* values. */
function covered({ architectures = [] }: Profile, { native, others }: Machine): readonly (readonly Architecture[])[] {
  const families = [[native]]
  for (const other of others) {
    if (!architectures.includes(other.name)) continue
    const family = families.find(([first]) => first?.audit === other.audit)
    if (family === undefined) families.push([other])
    else family.push(other)
  }
  return families
}

/** Ranges in the making. */
export interface Ranges {
  readonly starts: number[]
  readonly decisions: Branch[]
}

function familyOf(members: readonly Architecture[], sayings: Sayings, hides: boolean): Family {
  const ranges: Ranges = { starts: [], decisions: [] }
  for (const member of members) addArchitecture(ranges, member, sayings, hides)
  const { audit, end } = members[members.length - 1] ?? { audit: 0, end: END }
  if (end < END) {
    addRange(ranges, end, sayings.verdicts?.get(BAD_ARCHITECTURE) ?? UNNAMED)
    addRange(ranges, SKIPPED_CALL, decisionAbout(sayings.fallback, 64))
  }
  return { audit, members, ...ranges }
}

function addArchitecture(ranges: Ranges, architecture: Architecture, sayings: Sayings, hides: boolean) {
  const { first, end, ceiling, bits } = architecture
  const { byName, fallback, verdicts } = sayings
  const newer = verdicts?.get(NOT_IMPLEMENTED) ?? NEWER
  const other = decisionAbout(fallback, bits)
  let open = hides
  addRange(ranges, first, other)
  eachClass(architecture, byName, fallback, (number, said, newest) => {
    if (open && number >= ceiling) {
      open = false
      if (newest >= 0) addRange(ranges, newest + 1, newer)
      if (ceiling < end) addRange(ranges, ceiling, other)
    }
    if (number < end) addRange(ranges, number, said.alone ?? decisionAbout(said, bits))
  })
}

/** Starts a range at a number that is not below the last start; what started there before was empty. */
export function addRange({ starts, decisions }: Ranges, start: number, decision: Branch) {
  if (starts[starts.length - 1] === start) {
    starts.pop()
    decisions.pop()
  }
  if (decisions[decisions.length - 1] === decision) return
  starts.push(start)
  decisions.push(decision)
}
