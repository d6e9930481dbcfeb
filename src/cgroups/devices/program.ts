// Device rules as an eBPF program for cgroup v2 (BPF_PROG_TYPE_CGROUP_DEVICE): takes rules, gives bytes. Loading and
// attaching it is the business of others.

import {
  assemble,
  branch,
  calculate,
  exit,
  type Label,
  type Listing,
  load,
  newLabel,
  newListing,
  place,
} from '#src/bpf/extended.ts'
import type { Rule } from './rule.ts'

// struct bpf_cgroup_dev_ctx, linux/bpf.h: access_type is BPF_DEVCG_ACC_* << 16 | BPF_DEVCG_DEV_*
const ACCESS_TYPE = 0
const MAJOR = 4
const MINOR = 8
const TYPE_MASK = 0xffff
const ACCESS_SHIFT = 16
/** BPF_DEVCG_DEV_* */
const TYPE = { b: 1, c: 2 } as const

const RESULT = 0
const CONTEXT = 1
const R = { type: 2, access: 3, major: 4, minor: 5 } as const
const DENIED = 0
const ALLOWED = 1

/**
 * Takes the rules that matter, gives the program. It asks the last rule first: a rule that denies any access still asked
 * for ends it, one that allows takes its kinds of access off the request, and a request of which nothing is left is
 * allowed. What no rule speaks of is denied.
 */
export function deviceProgram(rules: readonly Rule[]): Uint8Array<ArrayBuffer> {
  const listing = newListing()
  const allowed = newLabel(listing)
  const denied = newLabel(listing)
  load(listing, R.type, CONTEXT, ACCESS_TYPE)
  calculate(listing, 'AND', R.type, TYPE_MASK)
  load(listing, R.access, CONTEXT, ACCESS_TYPE)
  calculate(listing, 'SHIFT_RIGHT', R.access, ACCESS_SHIFT)
  load(listing, R.major, CONTEXT, MAJOR)
  load(listing, R.minor, CONTEXT, MINOR)
  for (const rule of rules.toReversed()) writeRule(listing, rule, rule.allow ? allowed : denied)
  place(listing, denied)
  finish(listing, DENIED)
  // The verifier refuses instructions that nothing reaches.
  if (rules.some(({ allow }) => allow)) {
    place(listing, allowed)
    finish(listing, ALLOWED)
  }
  return assemble(listing)
}

function writeRule(listing: Listing, { allow, type, major, minor, access }: Rule, decided: Label) {
  const next = newLabel(listing)
  if (type !== undefined) branch(listing, 'NE', { register: R.type, imm: TYPE[type], target: next })
  if (major !== undefined) branch(listing, 'NE', { register: R.major, imm: major, target: next })
  if (minor !== undefined) branch(listing, 'NE', { register: R.minor, imm: minor, target: next })
  if (allow) {
    calculate(listing, 'AND', R.access, ~access)
    branch(listing, 'EQ', { register: R.access, imm: 0, target: decided })
  } else branch(listing, 'ANY_BIT', { register: R.access, imm: access, target: decided })
  place(listing, next)
}

function finish(listing: Listing, result: number) {
  calculate(listing, 'SET', RESULT, result)
  exit(listing)
}
