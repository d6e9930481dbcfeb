// What a profile means on a machine: for every AUDIT_ARCH_* value that a filter can meet, the system call numbers as
// ranges with one decision each. The one reading of a profile that the compiler and the explanation share. Knows
// nothing of BPF.

import { BAD_ARCHITECTURE, hidesNewerCalls, NOT_IMPLEMENTED } from './actions.ts'
import { type Architecture, eachCall } from './architectures.ts'
import type { Branch } from './decision.ts'
import type { Machine } from './machine.ts'
import type { Profile } from './profile.ts'
import { decisionAbout, NO_RULE, readRules, type Said, type Sayings } from './rules.ts'

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
}

/** Decides about calls that are newer than the profile. */
export const NEWER: Branch = { outcome: { value: NOT_IMPLEMENTED, rule: NO_RULE }, nodes: [] }
/** Decides about calls of an architecture that the profile does not name. */
export const UNNAMED: Branch = { outcome: { value: BAD_ARCHITECTURE, rule: NO_RULE }, nodes: [] }

/** A tracer that wants a call skipped sets its number to -1. Like libseccomp, leave that to the default action. */
const SKIPPED_CALL = 0xffff_ffff
const END = 0x1_0000_0000

/** Takes a profile and the machine that it is for, gives what it means there. */
export function policy(profile: Profile, machine: Machine): Policy {
  const sayings = readRules(profile)
  const hides = hidesNewerCalls(profile.defaultAction, profile.defaultErrnoRet)
  const covered = [machine.native, ...machine.others.filter(({ name }) => profile.architectures?.includes(name))]
  const families: Family[] = []
  for (const [audit, members] of Map.groupBy(covered, (architecture) => architecture.audit)) {
    families.push({ audit, members, ...rangesOf(members, sayings, hides) })
  }
  return { families, fallback: decisionAbout(sayings.fallback, 64) }
}

/** Ranges in the making. */
interface Ranges {
  readonly starts: number[]
  readonly decisions: Branch[]
}

function rangesOf(members: readonly Architecture[], sayings: Sayings, hides: boolean): Ranges {
  const ranges: Ranges = { starts: [], decisions: [] }
  for (const member of members) addArchitecture(ranges, member, sayings, hides)
  const end = members.at(-1)?.end ?? END
  if (end < END) {
    add(ranges, end, UNNAMED)
    add(ranges, SKIPPED_CALL, decisionAbout(sayings.fallback, 64))
  }
  return ranges
}

function addArchitecture(ranges: Ranges, architecture: Architecture, { byName, fallback }: Sayings, hides: boolean) {
  const { first, end, ceiling, bits } = architecture
  const other = decisionAbout(fallback, bits)
  let last: Said | undefined = fallback
  let next = first
  let newest = hides ? -1 : ceiling
  const close = () => {
    add(ranges, next, other)
    if (newest >= 0 && newest < ceiling) add(ranges, newest + 1, NEWER)
    newest = ceiling
  }
  add(ranges, first, other)
  eachCall(architecture, (name, number) => {
    const said = byName.get(name)
    if (number >= ceiling && newest < ceiling) { close(); add(ranges, ceiling, other) }
  })
}
