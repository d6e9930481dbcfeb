// What a profile means on a machine: for every architecture, what decides about each system call number. The one
// reading of a profile that the compiler and the explanation share. Knows nothing of BPF.

import { hidesNewerCalls, verdict } from './actions.ts'
import type { Architecture } from './architectures.ts'
import { alwaysHolds, type Branch, comparison, decision, type Outcome, type Rule } from './decision.ts'
import type { Machine } from './machine.ts'
import { multiplexed } from './multiplexed.ts'
import type { ArgumentRule, Profile, SyscallRule } from './profile.ts'

/** What holds for one architecture. */
export interface ArchitecturePolicy {
  readonly architecture: Architecture
  /** What decides about each system call that has a rule, by number. */
  readonly calls: ReadonlyMap<number, Branch>
  /** Calls from this number up to the architecture's ceiling are newer than the profile; none if there is no number. */
  readonly newerFrom: number | undefined
}

/** What holds on one machine. */
export interface Policy {
  /** The native architecture first. */
  readonly architectures: readonly ArchitecturePolicy[]
  readonly fallback: Outcome
  /** What in the profile has no effect here, as sentences with paths below `linux.seccomp`. */
  readonly warnings: readonly string[]
}

/** The index that stands for "no rule": the default action. */
export const NO_RULE = -1

/** A rule of the profile, read once for all its names and architectures. */
interface Entry {
  readonly outcome: Outcome
  /** The conditions that must hold together; several lists where any of them will do. */
  readonly alternatives: readonly (readonly ArgumentRule[])[]
  readonly masks: boolean
  /** For all the system calls that it decides about alone. */
  readonly alone: Branch
}

/** An architecture while the rules are read. */
interface Reading {
  readonly architecture: Architecture
  readonly numbers: ReadonlyMap<string, number>
  readonly calls: Map<number, Branch>
  /** Rules with conditions, about calls that no rule without conditions is about. */
  readonly conditional: Map<number, readonly Condition[]>
  readonly multiplexes: boolean
  newest: number
}

interface Condition {
  readonly entry: Entry
  /** The call that a multiplexer must be asked for. */
  readonly through: number | undefined
}

/** Takes a profile and the machine that it is for, gives what it means there. */
export function policy(profile: Profile, machine: Machine): Policy {
  const warnings: string[] = []
  const fallback = { value: verdict(profile.defaultAction, profile.defaultErrnoRet), rule: NO_RULE }
  const readings = architecturesOf(profile, machine, warnings).map(startReading)
  for (const [i, rule] of (profile.syscalls ?? []).entries()) {
    const entry = readEntry(rule, i)
    for (const [j, name] of rule.names.entries()) {
      if (readName(readings, name, entry.outcome.value === fallback.value ? undefined : entry)) continue
      warnings.push(`syscalls[${i}].names[${j}]: "${name}" is not a system call of this machine`)
    }
  }
  const hides = hidesNewerCalls(profile.defaultAction, profile.defaultErrnoRet)
  const finish = finisher(warnings)
  return {
    architectures: readings.map((reading) => finish(reading, hides)),
    fallback,
    warnings: [...new Set(warnings)],
  }
}

function architecturesOf(profile: Profile, machine: Machine, warnings: string[]): readonly Architecture[] {
  const named = profile.architectures ?? []
  for (const [i, name] of named.entries()) {
    if (name === machine.native.name || machine.others.some((other) => other.name === name)) continue
    warnings.push(`architectures[${i}]: "${name}" does not run on this machine`)
  }
  return [machine.native, ...machine.others.filter(({ name }) => named.includes(name))]
}

function startReading(architecture: Architecture): Reading {
  const numbers = architecture.numbers()
  const multiplexes = numbers.has('socketcall')
  return { architecture, numbers, calls: new Map(), conditional: new Map(), multiplexes, newest: -1 }
}

function readEntry(rule: SyscallRule, index: number): Entry {
  const outcome = { value: verdict(rule.action, rule.errnoRet), rule: index }
  const args = rule.args ?? []
  const masks = args.some(({ op }) => op === 'SCMP_CMP_MASKED_EQ')
  return { outcome, alternatives: alternatives(args), masks, alone: { outcome, nodes: [] } }
}

/** Two conditions on one argument make each condition of the rule a rule of its own: runc's reading of old profiles. */
function alternatives(conditions: readonly ArgumentRule[]): readonly (readonly ArgumentRule[])[] {
  const twice = new Set(conditions.map(({ index }) => index)).size < conditions.length
  return twice ? conditions.map((condition) => [condition]) : [conditions.toSorted((a, b) => a.index - b.index)]
}

/** Notes a rule for a name; none if it only says the default. Says whether any architecture has such a call. */
function readName(readings: readonly Reading[], name: string, entry: Entry | undefined): boolean {
  let known = false
  for (const reading of readings) {
    const number = reading.numbers.get(name)
    if (number !== undefined) {
      known = true
      note(reading, number, entry, undefined)
    }
    const hidden = reading.multiplexes ? multiplexed().get(name) : undefined
    const door = hidden === undefined ? undefined : reading.numbers.get(hidden.through)
    if (hidden === undefined || door === undefined) continue
    known = true
    note(reading, door, entry, hidden.call)
  }
  return known
}

/** A rule without conditions takes the place of those with conditions; of two without, the first one stays. */
function note(reading: Reading, number: number, entry: Entry | undefined, through: number | undefined) {
  const { architecture, calls, conditional } = reading
  if (number > reading.newest && number < architecture.ceiling) reading.newest = number
  if (entry === undefined || calls.has(number)) return
  const before = conditional.get(number)
  const unconditional = through === undefined && entry.alternatives[0]?.length === 0
  // A mask can turn out to ask for nothing, and then that rule is the first one without conditions.
  if (unconditional && before?.some((condition) => condition.entry.masks) !== true) {
    calls.set(number, entry.alone)
    conditional.delete(number)
  } else conditional.set(number, [...(before ?? []), { entry, through }])
}

/** Gives a function that turns what was read about an architecture into its policy; equal rules make one decision. */
function finisher(warnings: string[]): (reading: Reading, hides: boolean) => ArchitecturePolicy {
  const made = new Map<string, Branch>()
  return ({ architecture, calls, conditional, newest }, hides) => {
    for (const [number, conditions] of conditional) {
      const key = conditions.map(({ entry, through }) => `${entry.outcome.rule}.${through}`).join() + architecture.bits
      const root = made.get(key) ?? decide(conditions, architecture.bits, warnings)
      made.set(key, root)
      calls.set(number, root)
    }
    return { architecture, calls, newerFrom: hides && newest >= 0 ? newest + 1 : undefined }
  }
}

function decide(conditions: readonly Condition[], bits: 32 | 64, warnings: string[]): Branch {
  const rules = conditions.flatMap((condition) => rulesOf(condition, bits))
  const { root, idle } = decision(rules)
  for (const { outcome } of idle) warnings.push(`syscalls[${outcome.rule}]: a rule listed before it always wins`)
  return root
}

/** The arguments of a multiplexed call lie in memory, so its conditions on the first one are lost: as in libseccomp. */
function rulesOf({ entry, through }: Condition, bits: 32 | 64): readonly Rule[] {
  return entry.alternatives.map((conditions) => {
    const asked: readonly ArgumentRule[] =
      through === undefined
        ? conditions
        : [{ index: 0, value: through, op: 'SCMP_CMP_EQ' }, ...conditions.filter(({ index }) => index > 0)]
    const comparisons = asked.map((condition) => comparison(condition, bits))
    return { comparisons: comparisons.filter((each) => !alwaysHolds(each)), outcome: entry.outcome }
  })
}
