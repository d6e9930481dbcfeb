// What decides about one system call: a tree of comparisons on its arguments. Built from the rules of a profile, turned
// into instructions by conditions.ts, walked by explain.ts. Knows no system call.
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

/** Takes a condition of a profile, gives it as a comparison of 64 bits. */
export function comparison({ index, op, value, valueTwo }: ArgumentRule): Comparison {
  const kind = KIND[op]
  const masked = kind === 'MASKED_EQ'
  const compared = BigInt(masked ? (valueTwo ?? 0) : value)
  const mask = masked ? BigInt(value) : ALL_BITS
  return {
    argument: index,
    kind,
    high: upper(compared & mask),
    low: lower(compared & mask),
    maskHigh: upper(mask),
    maskLow: lower(mask),
    negated: op === 'SCMP_CMP_NE',
  }
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn

function upper(value: bigint): number {
  return Number((value >> 32n) & 0xffff_ffffn)
}

function lower(value: bigint): number {
  return Number(value & 0xffff_ffffn)
}

/** Gives a comparison as a 32-bit architecture makes it: of the lower half, whatever the upper half of the value is. */
export function narrowed(wide: Comparison): Comparison {
  return { ...wide, high: 0, maskHigh: 0 }
}

/** Whether a comparison asks for no bit at all: libseccomp takes a rule with no other as one without conditions. */
export function alwaysHolds({ kind, maskHigh, maskLow }: Comparison): boolean {
  return kind === 'MASKED_EQ' && maskHigh === 0 && maskLow === 0
}

/** Takes the rules about one system call as listed, gives what decides about it and the rules that never can. */
export function decision(rules: readonly Rule[]): { readonly root: Branch; readonly idle: readonly Rule[] } {
  const root: Branch = { outcome: undefined, nodes: [] }
  const idle: Rule[] = []
  for (const rule of rules) if (!insert(root, rule)) idle.push(rule)
  return { root, idle }
}

/** False for a rule that never wins: one listed before it has some of its conditions, no other, and another action. */
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
  // A rule without conditions wins over those that were listed before it; one with fewer than they have does not.
  if (branch === root) branch.nodes = []
  return true
}

function nodeFor(branch: Branch, step: Comparison): Node {
  for (const present of branch.nodes) if (same(present.comparison, step)) return present
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
  for (let i = 0; i < nodes.length; i++) {
    const comparison = nodes[i]?.comparison ?? step
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
