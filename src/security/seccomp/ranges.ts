// The system call numbers of one AUDIT_ARCH_* value as ranges with one decision each. Knows the order of numbers; what
// a decision is does not matter here beyond being the same as another one or not.

import { BAD_ARCHITECTURE, NOT_IMPLEMENTED } from './actions.ts'
import type { Branch, Outcome } from './decision.ts'
import { type ArchitecturePolicy, NO_RULE } from './policy.ts'

/** A range of numbers, up to the start of the next one. */
export interface Range {
  readonly start: number
  readonly decision: Branch
}

/** Calls that are newer than the profile. */
export const NEWER: Branch = { outcome: { value: NOT_IMPLEMENTED, rule: NO_RULE }, nodes: [] }
/** Calls with numbers of an architecture that the profile does not name. */
export const UNNAMED: Branch = { outcome: { value: BAD_ARCHITECTURE, rule: NO_RULE }, nodes: [] }

/** A tracer that wants a call skipped sets its number to -1. Like libseccomp, leave that to the default action. */
const SKIPPED_CALL = 0xffff_ffff
const END = 0x1_0000_0000

/** Takes the policies of the architectures with one AUDIT_ARCH_* value, gives all numbers from 0 on as ranges. */
export function ranges(sharing: readonly ArchitecturePolicy[], fallback: Outcome): readonly Range[] {
  const found: Range[] = []
  const other: Branch = { outcome: fallback, nodes: [] }
  for (const part of sharing) addArchitecture(found, part, other)
  const end = sharing.at(-1)?.architecture.end ?? END
  if (end < END) {
    add(found, end, UNNAMED)
    add(found, SKIPPED_CALL, other)
  }
  return found
}

function addArchitecture(found: Range[], { architecture, calls, newerFrom }: ArchitecturePolicy, other: Branch) {
  const { first, end, ceiling } = architecture
  let open = true
  const close = () => {
    open = false
    if (newerFrom !== undefined && newerFrom < ceiling) add(found, newerFrom, NEWER)
    if (ceiling < end) add(found, ceiling, other)
  }
  add(found, first, other)
  for (const number of Uint32Array.from(calls.keys()).sort()) {
    if (open && number >= ceiling) close()
    add(found, number, calls.get(number) ?? other)
    add(found, number + 1, other)
  }
  if (open) close()
}

/** Starts a range at a number that is not below the last start; what started there before was empty. */
function add(found: Range[], start: number, decision: Branch) {
  if (found.at(-1)?.start === start) found.pop()
  const last = found.at(-1)
  if (last === undefined || !sameDecision(last.decision, decision)) found.push({ start, decision })
}

/** Whether two decisions are the same: one object, or one outcome whatever the arguments are. */
export function sameDecision(a: Branch, b: Branch): boolean {
  return a === b || (a.nodes.length + b.nodes.length === 0 && a.outcome?.value === b.outcome?.value)
}
