// Random seccomp profiles from a seed, and the arguments worth trying on them. Knows what a profile may hold, not what
// it means.

import type { Action, ArgumentRule, Operator, Profile, SyscallRule } from '#src/security/seccomp/profile.ts'

/** Gives whole numbers from 0 to below its argument. */
export type Random = (below: number) => number

const DEFAULTS: readonly Action[] = [
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_KILL',
  'SCMP_ACT_LOG',
  'SCMP_ACT_TRAP',
]
const ACTIONS: readonly Action[] = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
]
const OPERATORS: readonly Operator[] = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
]

/** Values whose halves are both interesting: few, so that rules meet. */
const VALUES = [
  0n,
  1n,
  2n,
  8n,
  16n,
  40n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1_0000_0001n,
] as const
const MORE_VALUES = [0x5_0000_0008n, 0xffff_ffff_0000_0000n, 0xffff_ffff_ffff_fffen, 0xffff_ffff_ffff_ffffn] as const

/** Marsaglia's xorshift with 32 bits: the same numbers for the same seed everywhere. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function pick<Item>(random: Random, items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[random(items.length)]
  if (item === undefined) throw new Error('Nothing to pick from')
  return item
}

/** Takes names to choose from, gives a profile for the architectures given. */
export function randomProfile(random: Random, names: readonly string[], architectures: readonly string[]): Profile {
  const calls = Array.from({ length: 1 + random(12) }, () => pick(random, names))
  const rules = Array.from({ length: 1 + random(14) }, () => randomRule(random, calls, names))
  const errno = random(3)
  return {
    defaultAction: pick(random, DEFAULTS),
    ...(errno === 0 ? {} : { defaultErrnoRet: errno === 1 ? 38 : random(4096) }),
    architectures: architectures.filter(() => random(3) > 0),
    syscalls: rules,
  }
}

function randomRule(random: Random, calls: readonly string[], names: readonly string[]): SyscallRule {
  const many = random(6) === 0
  const rule = {
    names: Array.from({ length: many ? 20 + random(40) : 1 + random(3) }, () => pick(random, many ? names : calls)),
    action: pick(random, ACTIONS),
    ...(random(2) === 0 ? {} : { errnoRet: random(200) }),
  }
  return random(3) === 0
    ? rule
    : { ...rule, args: Array.from({ length: 1 + random(3) }, () => randomCondition(random)) }
}

function randomCondition(random: Random): ArgumentRule {
  const [value, valueTwo] = [pick(random, [...VALUES, ...MORE_VALUES]), pick(random, [...VALUES, ...MORE_VALUES])]
  return { index: random(8) === 0 ? random(6) : random(3), value, valueTwo, op: pick(random, OPERATORS) }
}

/** Takes a profile, gives for each argument the values around those that it compares. */
export function boundaries(profile: Profile): readonly (readonly bigint[])[] {
  const values = Array.from({ length: 6 }, () => new Set([0n, 0xffff_ffff_ffff_ffffn]))
  for (const condition of (profile.syscalls ?? []).flatMap(({ args = [] }) => args)) {
    for (const value of around(condition)) values[condition.index]?.add(value)
  }
  return values.map((set) => [...set])
}

function around({ value, valueTwo = 0 }: ArgumentRule): readonly bigint[] {
  const bases = new Set([BigInt(value), BigInt(valueTwo), BigInt(value) | BigInt(valueTwo)])
  const near = [...bases].flatMap((base) => [base, base - 1n, base + 1n, base + UPPER, base - UPPER])
  return [...new Set(near.map((each) => BigInt.asUintN(64, each)))]
}

const UPPER = 0x1_0000_0000n

/** Takes a rule, gives arguments that meet its conditions but for one, which has each value around the one compared. */
export function edges({ args = [] }: SyscallRule): readonly (readonly bigint[])[] {
  const meeting = Array.from({ length: 6 }, () => 0n)
  for (const condition of args) meeting[condition.index] = BigInt.asUintN(64, met(condition))
  return args.flatMap((condition) => around(condition).map((value) => meeting.with(condition.index, value)))
}

function met({ op, value, valueTwo = 0 }: ArgumentRule): bigint {
  if (op === 'SCMP_CMP_NE' || op === 'SCMP_CMP_GT') return BigInt(value) + 1n
  if (op === 'SCMP_CMP_LT') return BigInt(value) - 1n
  return op === 'SCMP_CMP_MASKED_EQ' ? BigInt(valueTwo) & BigInt(value) : BigInt(value)
}
