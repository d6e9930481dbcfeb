// What a profile says, by the name of the system call: read once, for all architectures. Knows no number of a call and
// no architecture beyond the width of its arguments.

import { verdict } from './actions.ts'
import {
  alwaysHolds,
  type Branch,
  type Comparison,
  comparison,
  decision,
  narrowed,
  type Outcome,
  type Rule,
} from './decision.ts'
import { MULTIPLEXED } from './multiplexed.ts'
import type { Profile, SyscallRule } from './profile.ts'

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
  /** What a multiplexer must be asked for first. */
  readonly asked: Comparison | undefined
}

/** A rule of the profile, read once for all its names. */
interface Entry {
  readonly outcome: Outcome
  /** The conditions that must hold together; several lists where any of them will do. */
  readonly alternatives: readonly (readonly Comparison[])[]
  /** Whether a mask is among them: one that asks for no bit makes a rule without conditions. */
  readonly masks: boolean
}

/** What a profile says, by name, and what holds for every other call. */
export interface Sayings {
  readonly byName: Map<string, Said>
  readonly fallback: Said
  /** What decides whatever the arguments are, by verdict. None where rules are wanted apart. */
  readonly verdicts: Map<number, Branch> | undefined
}

interface Reading extends Sayings {
  /** What several rules say together, by their indexes: names with the same rules share it. */
  readonly together: Map<string, Said>
}

/**
 * Takes a profile, gives what it says. Rules without conditions that have one verdict are one decision, as they are to a
 * filter, unless they are wanted `apart`.
 */
export function readRules({ defaultAction, defaultErrnoRet, syscalls = [] }: Profile, apart = false): Sayings {
  const outcome = { value: verdict(defaultAction, defaultErrnoRet), rule: NO_RULE }
  const verdicts = apart ? undefined : new Map<number, Branch>()
  const fallback = newSaid(always(outcome, verdicts), [])
  const reading: Reading = { byName: new Map(), fallback, verdicts, together: new Map() }
  for (let i = 0; i < syscalls.length; i++) {
    const rule = syscalls[i]
    if (rule !== undefined) readRule(reading, rule, i)
  }
  readMultiplexed(reading, 'socketcall')
  readMultiplexed(reading, 'ipc')
  return reading
}

function newSaid(alone: Branch | undefined, conditions: readonly Condition[]): Said {
  return { alone, conditions, narrow: undefined, wide: undefined }
}

/** A rule that only says the default says nothing, as in runc: it must not stand before one that says something. */
function readRule(reading: Reading, rule: SyscallRule, index: number) {
  const { byName, fallback } = reading
  const said = saidBy(rule, index, reading)
  const { names } = rule
  // Most profiles have nearly all of their names in the first rule, before which there is nothing to look for.
  const first = byName.size === 0
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? ''
    const before = first ? undefined : byName.get(name)
    if (before === undefined || before === fallback) byName.set(name, said)
    else if (before.alone !== undefined || said === before || said === fallback) continue
    else byName.set(name, join(reading, before, said))
  }
}

function saidBy({ action, errnoRet, args = [] }: SyscallRule, index: number, { fallback, verdicts }: Reading): Said {
  const outcome = { value: verdict(action, errnoRet), rule: index }
  if (outcome.value === fallback.alone?.outcome?.value) return fallback
  const comparisons = args.map(comparison)
  const masks = comparisons.some(({ kind }) => kind === 'MASKED_EQ')
  const entry = { outcome, alternatives: alternatives(comparisons), masks }
  const alone = args.length === 0 ? always(outcome, verdicts) : undefined
  return newSaid(alone, [{ entry, asked: undefined }])
}

/** Gives what decides whatever the arguments are: one object for each verdict, which makes ranges easy to join. */
export function always(outcome: Outcome, verdicts: Map<number, Branch> | undefined): Branch {
  let branch = verdicts?.get(outcome.value)
  if (branch === undefined) {
    branch = { outcome, nodes: [] }
    verdicts?.set(outcome.value, branch)
  }
  return branch
}

/** Two conditions on one argument make each condition of the rule a rule of its own: runc's reading of old profiles. */
function alternatives(comparisons: Comparison[]): readonly (readonly Comparison[])[] {
  comparisons.sort((a, b) => a.argument - b.argument)
  const twice = comparisons.some(({ argument }, i) => argument === comparisons[i + 1]?.argument)
  return twice ? comparisons.map((each) => [each]) : [comparisons]
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

/** What is said about a call behind a multiplexer is said about the multiplexer too, where it is asked for that call. */
function readMultiplexed({ byName, fallback }: Reading, door: keyof typeof MULTIPLEXED) {
  const direct = byName.get(door) ?? fallback
  if (direct !== fallback && direct.alone !== undefined) return
  const conditions = [...direct.conditions]
  const calls: Readonly<Record<string, number>> = MULTIPLEXED[door]
  for (const name in calls) {
    const said = byName.get(name)
    if (said === undefined) continue
    if (!byName.has(door)) byName.set(door, fallback)
    const asked = comparison({ index: 0, value: calls[name] ?? 0, op: 'SCMP_CMP_EQ' })
    for (const { entry } of said.conditions) conditions.push({ entry, asked })
  }
  if (conditions.length === 0) return
  conditions.sort((a, b) => a.entry.outcome.rule - b.entry.outcome.rule)
  byName.set(door, newSaid(undefined, conditions))
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
  const rules: Rule[] = []
  for (const { entry, asked } of conditions) {
    for (const all of entry.alternatives) {
      const comparisons: Comparison[] = []
      const wide = asked === undefined ? all : [asked, ...all.filter(({ argument }) => argument > 0)]
      for (const each of wide) {
        const needed = bits === 32 ? narrowed(each) : each
        if (!alwaysHolds(needed)) comparisons.push(needed)
      }
      rules.push({ comparisons, outcome: entry.outcome })
    }
  }
  return rules
}
