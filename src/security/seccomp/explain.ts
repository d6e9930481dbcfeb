// Says which part of a profile decides about a system call: what the filter would answer, and why. Walks the same
// decisions that the filter is compiled from, without a filter.

import { Failure } from '#src/failure.ts'
import { describeVerdict } from './actions.ts'
import { type Architecture, numberOf } from './architectures.ts'
import { type Branch, type Comparison, comparison, narrowed, type Outcome } from './decision.ts'
import type { Machine } from './machine.ts'
import { type Family, NEWER, type Policy, policy, UNNAMED } from './policy.ts'
import type { Action, Profile } from './profile.ts'

/** A system call as a filter meets it. */
export interface Call {
  /** As the profile would name it; the machine's own where it is left out. */
  readonly architecture?: string | undefined
  /** Its name or its number. */
  readonly syscall: string | number
  /** Those that are left out are 0. */
  readonly args?: readonly (number | bigint)[] | undefined
}

/** What happens to a system call, and why. */
export interface Explanation {
  readonly architecture: string
  readonly number: number
  /** The action by the name that a profile gives it. */
  readonly action: Action
  /** The number that the action carries, if it carries one. */
  readonly errno?: number
  readonly because: 'a rule' | 'the default action' | 'it is newer than the profile' | 'its architecture is not named'
  /** The index in `syscalls` of the rule that decides, if one does. */
  readonly rule?: number
}

/** Takes a profile, the machine that it is for and a system call, says what happens to it and which rule says so. */
export function explain(profile: Profile, machine: Machine, call: Call): Explanation {
  const wanted = call.architecture ?? machine.native.name
  const architecture = [machine.native, ...machine.others].find(({ name }) => name === wanted)
  if (architecture === undefined)
    throw new Failure(`Cannot explain a call of "${wanted}": it does not run on ${machine.name}`)
  const number = typeof call.syscall === 'number' ? call.syscall : numberOf(architecture, call.syscall)
  if (number === undefined || number < architecture.first || number >= architecture.end) {
    throw new Failure(`Cannot explain "${call.syscall}": ${wanted} has no such system call`)
  }
  const decided = decisionFor(policy(profile, machine, true), architecture, number)
  const outcome = decide(decided.decision, argumentsOf(call, architecture)) ?? decided.fallback
  const described = { architecture: wanted, number, ...describeVerdict(outcome.value) }
  if (outcome.rule >= 0) return { ...described, because: 'a rule', rule: outcome.rule }
  if (outcome === NEWER.outcome) return { ...described, because: 'it is newer than the profile' }
  if (outcome === UNNAMED.outcome) return { ...described, because: 'its architecture is not named' }
  return { ...described, because: 'the default action' }
}

/**
 * Takes a call and the rule that decides about it, gives the indexes of those of the rule's `args` that hold: all of them,
 * unless some look at the same argument, which makes one enough. None for a rule without conditions.
 */
export function conditionsOf(
  { syscalls = [] }: Profile,
  architecture: Architecture,
  { rule = -1, args = [] }: Pick<Call, 'args'> & { readonly rule?: number | undefined },
): number[] {
  const values = argumentsOf({ syscall: 0, args }, architecture)
  return (syscalls[rule]?.args ?? []).flatMap((condition, index) => {
    const wide = comparison(condition)
    const asked = architecture.bits === 32 ? narrowed(wide) : wide
    return holds(asked, values[asked.argument] ?? 0n) === asked.negated ? [] : [index]
  })
}

function decisionFor({ families, fallback }: Policy, { audit }: Architecture, number: number) {
  const family = families.find((one) => one.audit === audit)
  const decision = family === undefined ? UNNAMED : rangeOf(family, number)
  return { decision, fallback: fallback.outcome ?? { value: 0, rule: -1 } }
}

function rangeOf({ starts, decisions }: Family, number: number): Branch {
  return decisions[starts.findLastIndex((start) => start <= number)] ?? UNNAMED
}

function argumentsOf({ args = [] }: Call, { bits }: Architecture): readonly bigint[] {
  return args.map((value) => BigInt.asUintN(bits, BigInt(value)))
}

function decide(branch: Branch, args: readonly bigint[]): Outcome | undefined {
  for (const { comparison: asked, yes, no } of branch.nodes) {
    const side = holds(asked, args[asked.argument] ?? 0n) ? yes : no
    const found = side === undefined ? undefined : decide(side, args)
    if (found !== undefined) return found
  }
  return branch.outcome
}

function holds({ kind, high, low, maskHigh, maskLow }: Comparison, argument: bigint): boolean {
  const value = joined(high, low)
  if (kind === 'EQ') return argument === value
  if (kind === 'MASKED_EQ') return (argument & joined(maskHigh, maskLow)) === value
  if (kind === 'LT') return argument < value
  if (kind === 'LE') return argument <= value
  return kind === 'GE' ? argument >= value : argument > value
}

function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}
