// What decides about one system call: a tree of comparisons on its arguments. Built from the rules of a profile, walked
// here to explain a verdict, and turned into instructions by conditions.ts. Knows no system call.
//
// Several rules can hold for one call. If their actions differ, somebody must win, and as profiles were written against
// libseccomp it is the one that would win there: a rule without conditions, else the rule whose first comparison is on
// the later argument, else equality before a range and a narrow range before a wide one, else the greater value, else
// the rule listed first. libseccomp builds its tree of 32-bit halves and lets the last rule win in corners of that
// tree; a profile with such rules contradicts itself, and here the order above holds for it as well.

import type { ArgumentRule } from './profile.ts'

/** What the filter returns, and the index in `syscalls` of the rule that says so. */
export interface Outcome {
  readonly value: number
  readonly rule: number
}

/** NE is the other side of EQ. */
type Kind = 'EQ' | 'MASKED_EQ' | 'LT' | 'LE' | 'GE' | 'GT'

/** A comparison of one argument with 64 bits, in two halves as the filter sees them. */
export interface Comparison {
  readonly argument: number
  readonly kind: Kind
  readonly high: number
  readonly low: number
  /** 0 where the upper half does not count: on a 32-bit architecture, for every kind. */
  readonly maskHigh: number
  readonly maskLow: number
  /** Whether it must fail for the rule to hold. */
  readonly negated: boolean
}

/** What to ask next, in this order; the outcome where no answer led to one. */
export interface Branch {
  outcome: Outcome | undefined
  nodes: Node[]
}

/** A comparison, and what follows from each answer. */
export interface Node {
  readonly comparison: Comparison
  yes: Branch | undefined
  no: Branch | undefined
}

/** A rule as far as one system call is concerned: its conditions by argument, each argument at most once. */
export interface Rule {
  readonly comparisons: readonly Comparison[]
  readonly outcome: Outcome
}

/** Everything that fits below comes first: equality, then "less than", then "greater than". */
const RANK = { EQ: 0, MASKED_EQ: 0, LT: 1, LE: 1, GE: 2, GT: 2 } as const

const KIND = {
  SCMP_CMP_NE: 'EQ',
  SCMP_CMP_EQ: 'EQ',
  SCMP_CMP_LT: 'LT',
  SCMP_CMP_LE: 'LE',
  SCMP_CMP_GE: 'GE',
  SCMP_CMP_GT: 'GT',
  SCMP_CMP_MASKED_EQ: 'MASKED_EQ',
} as const

/** Takes a condition of a profile and how many bits of an argument count, gives it as a comparison. */
export function comparison(condition: ArgumentRule, bits: 32 | 64): Comparison {
  const kind = KIND[condition.op]
  const masked = kind === 'MASKED_EQ'
  const [maskHigh, maskLow] = halves(masked ? condition.value : ALL_BITS, bits)
  const [high, low] = halves(masked ? (condition.valueTwo ?? 0) : condition.value, bits)
  return {
    argument: condition.index,
    kind,
    high: (high & maskHigh) >>> 0,
    low: (low & maskLow) >>> 0,
    maskHigh,
    maskLow,
    negated: condition.op === 'SCMP_CMP_NE',
  }
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn

function halves(value: number | bigint, bits: 32 | 64): [high: number, low: number] {
  const wide = BigInt(value)
  return [bits === 32 ? 0 : Number(BigInt.asUintN(32, wide >> 32n)), Number(BigInt.asUintN(32, wide))]
}

/** Whether a comparison asks for no bit at all: libseccomp takes a rule with no other as one without conditions. */
export function alwaysHolds({ kind, maskHigh, maskLow }: Comparison): boolean {
  return kind === 'MASKED_EQ' && maskHigh === 0 && maskLow === 0
}

/** Takes the rules about one system call as listed, gives what decides about it and the rules that never can. */
export function decision(rules: readonly Rule[]): { readonly root: Branch; readonly idle: readonly Rule[] } {
  const root: Branch = { outcome: undefined, nodes: [] }
  return { root, idle: rules.filter((rule) => !insert(root, rule)) }
}

/** Says whether the rule adds anything: not where a rule listed before it has some of its conditions and no other. */
function insert(root: Branch, { comparisons, outcome }: Rule): boolean {
  let branch = root
  for (const step of comparisons) {
    if (branch.outcome !== undefined) return branch.outcome.value === outcome.value
    const node = nodeFor(branch, step)
    const next = (step.negated ? node.no : node.yes) ?? { outcome: undefined, nodes: [] }
    if (step.negated) node.no = next
    else node.yes = next
    branch = next
  }
  if (branch.outcome !== undefined) return branch.outcome.value === outcome.value
  branch.outcome = outcome
  if (branch === root || branch.nodes.every((node) => leadsTo(node, outcome))) branch.nodes = []
  return true
}

function leadsTo(node: Node, outcome: Outcome): boolean {
  return [node.yes, node.no].every(
    (side) =>
      (side?.outcome ?? outcome).value === outcome.value && (side?.nodes ?? []).every((next) => leadsTo(next, outcome)),
  )
}

function nodeFor(branch: Branch, step: Comparison): Node {
  const present = branch.nodes.find((node) => same(node.comparison, step))
  if (present !== undefined) return present
  const node: Node = { comparison: step, yes: undefined, no: undefined }
  branch.nodes.splice(place(branch.nodes, step), 0, node)
  return node
}

function same(a: Comparison, b: Comparison): boolean {
  return a.kind === b.kind && a.low === b.low && a.maskLow === b.maskLow && a.high === b.high && alike(a, b)
}

/** Whether two comparisons ask the same of the upper half, if they ask for the same value. */
function alike(a: Comparison, b: Comparison): boolean {
  const ranges = RANK[a.kind] > 0 && RANK[b.kind] > 0
  const unasked = a.maskHigh === 0 || a.kind === b.kind
  return a.argument === b.argument && (ranges || (unasked && a.maskHigh === b.maskHigh))
}

function place(nodes: readonly Node[], step: Comparison): number {
  let among = false
  for (const [i, { comparison }] of nodes.entries()) {
    const order = precedence(step, comparison)
    if (order < 0) return i
    const sibling = order === 0 && alike(step, comparison)
    // Comparisons that share the upper half stand together, so that the filter loads it once.
    if ((among && !sibling) || (sibling && before(step, comparison, 'low'))) return i
    among = sibling
  }
  return nodes.length
}

/** Negative if `a` must be asked first, positive if `b`, 0 if their upper halves do not tell. */
function precedence(a: Comparison, b: Comparison): number {
  if (a.argument !== b.argument) return b.argument - a.argument
  if (RANK[a.kind] !== RANK[b.kind]) return RANK[a.kind] - RANK[b.kind]
  if (a.high === b.high) return 0
  return before(a, b, 'high') ? -1 : 1
}

/** The greater value first; below a "less than" the smaller one, which is the narrower range. */
function before(a: Comparison, b: Comparison, half: 'high' | 'low'): boolean {
  return RANK[a.kind] === 1 ? a[half] < b[half] : a[half] > b[half]
}

/** Takes what decides about a system call and the call's arguments, gives the outcome, or none for the default. */
export function decide(branch: Branch, argumentsOf: readonly bigint[]): Outcome | undefined {
  for (const { comparison, yes, no } of branch.nodes) {
    const side = holds(comparison, argumentsOf[comparison.argument] ?? 0n) ? yes : no
    const found = side === undefined ? undefined : decide(side, argumentsOf)
    if (found !== undefined) return found
  }
  return branch.outcome
}

function holds({ kind, ...halves }: Comparison, argument: bigint): boolean {
  const value = joined(halves.high, halves.low)
  if (kind === 'EQ') return argument === value
  if (kind === 'MASKED_EQ') return (argument & joined(halves.maskHigh, halves.maskLow)) === value
  if (kind === 'LT') return argument < value
  if (kind === 'LE') return argument <= value
  return kind === 'GE' ? argument >= value : argument > value
}

function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}
