// What a profile says, by the name of the system call: read once, for all architectures. Knows no number of a call and
// no architecture beyond the width of its arguments.

import { verdict } from './actions.ts'
import { alwaysHolds, type Branch, comparison, decision, type Outcome, type Rule } from './decision.ts'
import { MULTIPLEXED } from './multiplexed.ts'
import type { ArgumentRule, Profile, SyscallRule } from './profile.ts'

/** The index that stands for "no rule". */
export const NO_RULE = -1

/** What is said about a system call. */
export interface Said {
  /** What decides whatever the arguments are, if anything does. */
  readonly alone: Branch | undefined
  readonly conditions: readonly Condition[]
  /** What decides otherwise, for arguments of 32 and of 64 bits: made when first asked for. */
  narrow: Branch | undefined
  wide: Branch | undefined
}

/** A rule of the profile as one system call meets it. */
interface Condition {
  readonly entry: Entry
  /** The number by which a multiplexer must be asked for the call. */
  readonly asked: number | undefined
}

/** A rule of the profile, read once for all its names. */
interface Entry {
  readonly outcome: Outcome
  /** The conditions that must hold together; several lists where any of them will do. */
  readonly alternatives: readonly (readonly ArgumentRule[])[]
  /** Whether a mask is among them: one that asks for no bit makes a rule without conditions. */
  readonly masks: boolean
}

/** What a profile says, by name, and what holds for every other call. */
export interface Sayings {
  readonly byName: Map<string, Said>
  readonly fallback: Said
}

interface Reading extends Sayings {
  /** What several rules say together, by their indexes: names with the same rules share it. */
  readonly together: Map<string, Said>
}

/** Takes a profile, gives what it says. */
export function readRules(profile: Profile): Sayings {
  const outcome = { value: verdict(profile.defaultAction, profile.defaultErrnoRet), rule: NO_RULE }
  const reading: Reading = { byName: new Map(), fallback: newSaid({ outcome, nodes: [] }, []), together: new Map() }
  for (const [index, rule] of (profile.syscalls ?? []).entries()) readRule(reading, rule, index)
  readMultiplexed(reading)
  return reading
}

function newSaid(alone: Branch | undefined, conditions: readonly Condition[]): Said {
  return { alone, conditions, narrow: undefined, wide: undefined }
}

/** A rule that only says the default says nothing, as in runc: it must not stand before one that says something. */
function readRule(reading: Reading, rule: SyscallRule, index: number) {
  const { byName, fallback } = reading
  const said = saidBy(rule, index, fallback)
  for (const name of rule.names) {
    const before = byName.get(name)
    if (before === undefined || before === fallback) byName.set(name, said)
    else if (said !== fallback && before.alone === undefined) byName.set(name, join(reading, before, said))
  }
}

function saidBy({ action, errnoRet, args = [] }: SyscallRule, index: number, fallback: Said): Said {
  const outcome = { value: verdict(action, errnoRet), rule: index }
  if (outcome.value === fallback.alone?.outcome?.value) return fallback
  const masks = args.some(({ op }) => op === 'SCMP_CMP_MASKED_EQ')
  const entry = { outcome, alternatives: alternatives(args), masks }
  return newSaid(args.length === 0 ? { outcome, nodes: [] } : undefined, [{ entry, asked: undefined }])
}

/** Two conditions on one argument make each condition of the rule a rule of its own: runc's reading of old profiles. */
function alternatives(conditions: readonly ArgumentRule[]): readonly (readonly ArgumentRule[])[] {
  const twice = new Set(conditions.map(({ index }) => index)).size < conditions.length
  return twice ? conditions.map((condition) => [condition]) : [conditions.toSorted((a, b) => a.index - b.index)]
}

/** A rule without conditions takes the place of those with conditions that were listed before it. */
function join({ together }: Reading, before: Said, said: Said): Said {
  if (said.alone !== undefined && !before.conditions.some(({ entry }) => entry.masks)) return said
  const conditions = [...before.conditions, ...said.conditions]
  const key = conditions.map(({ entry }) => entry.outcome.rule).join()
  const joined = together.get(key) ?? newSaid(undefined, conditions)
  together.set(key, joined)
  return joined
}

/** What is said about a call behind a multiplexer is said about the multiplexer too, when asked for that call. */
function readMultiplexed({ byName, fallback }: Reading) {
  for (const [door, calls] of Object.entries(MULTIPLEXED)) {
    const direct = byName.get(door)
    if (direct !== undefined && direct !== fallback && direct.alone !== undefined) continue
    const behind = Object.entries(calls).filter(([name]) => byName.has(name))
    const conditions = behind.flatMap(
      ([name, asked]) => byName.get(name)?.conditions.map((one) => ({ ...one, asked })) ?? [],
    )
    const all = [...(direct?.conditions ?? []), ...conditions].sort(
      (a, b) => a.entry.outcome.rule - b.entry.outcome.rule,
    )
    if (all.length > 0) byName.set(door, newSaid(undefined, all))
    else if (behind.length > 0) byName.set(door, fallback)
  }
}

/** Takes what is said about a system call and the width of its arguments, gives what decides about it. */
export function decisionAbout(said: Said, bits: 32 | 64): Branch {
  if (said.alone !== undefined) return said.alone
  if (bits === 32) return (said.narrow ??= decision(rulesOf(said, bits)).root)
  return (said.wide ??= decision(rulesOf(said, bits)).root)
}

/**
 * Gives the rules about a system call as listed. The arguments of a multiplexed call lie in memory, so conditions on
 * its first one are lost, as in libseccomp, and the others look at what the multiplexer was given.
 */
export function rulesOf({ conditions }: Said, bits: 32 | 64): readonly Rule[] {
  return conditions.flatMap(({ entry: { alternatives, outcome }, asked }) =>
    alternatives.map((all) => {
      const rest = asked === undefined ? all : all.filter(({ index }) => index > 0)
      const door: readonly ArgumentRule[] = asked === undefined ? [] : [{ index: 0, value: asked, op: 'SCMP_CMP_EQ' }]
      const comparisons = [...door, ...rest].map((condition) => comparison(condition, bits))
      return { comparisons: comparisons.filter((each) => !alwaysHolds(each)), outcome }
    }),
  )
}
