// Writes the search for a system call's number among ranges: a binary tree of comparisons, not a chain of one
// comparison per system call. Knows the ranges and where to go for each, not what happens there.

import { ifAtLeast, ifEqual, type Position, type Program } from '#src/bpf/classic.ts'
import type { Branch } from './decision.ts'
import type { Family } from './policy.ts'

/** Longer ranges than any table are the ends of the number space: nobody asks for them. */
const LONGEST = 4096
/** x32 shares its AUDIT_ARCH_* value with x86-64 and is hardly ever used. */
const X32_BIT = 0x4000_0000
const X32_SHARE = 1 / 8

interface Search {
  readonly program: Program
  readonly family: Family
  /** Gives where a decision is written. */
  readonly exit: (decision: Branch) => Position
  /** The weight of all ranges before each one. */
  readonly weights: readonly number[]
}

/**
 * Writes the search, for a number in the accumulator. The tree is cut where both sides hold about as many numbers, so
 * the long ranges of common calls (most profiles allow 0 to 100) are found after few comparisons.
 */
export function writeSearch(program: Program, family: Family, exit: (decision: Branch) => Position): Position {
  const { starts } = family
  const weights = [0]
  let sum = 0
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0
    const length = (starts[i + 1] ?? Infinity) - start
    sum += (length > LONGEST ? 1 : length) * (start < X32_BIT ? 1 : X32_SHARE)
    weights[i + 1] = sum
  }
  return writePart({ program, family, exit, weights }, 0, starts.length)
}

function writePart(search: Search, from: number, to: number): Position {
  if (to - from === 1) return exitOf(search, from)
  if (to - from === 3 && isException(search.family, from + 1)) {
    const yes = exitOf(search, from + 1)
    const no = exitOf(search, from)
    return ifEqual(search.program, search.family.starts[from + 1] ?? 0, yes, no)
  }
  const middle = cut(search.weights, from, to)
  const yes = writePart(search, middle, to)
  const no = writePart(search, from, middle)
  return ifAtLeast(search.program, search.family.starts[middle] ?? 0, yes, no)
}

/** Whether a range is one number with the same decision on both sides: one comparison instead of two. */
function isException({ starts, decisions }: Family, i: number): boolean {
  return starts[i + 1] === (starts[i] ?? 0) + 1 && decisions[i - 1] === decisions[i + 1]
}

function exitOf({ family, exit }: Search, i: number): Position {
  const decision = family.decisions[i]
  if (decision === undefined) throw new Error(`Cannot write the search: there is no range ${i}`)
  return exit(decision)
}

/** Gives the first range of the right side, so that the two sides weigh as equally as they can. */
function cut(weights: readonly number[], from: number, to: number): number {
  const half = ((weights[from] ?? 0) + (weights[to] ?? 0)) / 2
  let low = from + 1
  let high = to - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((weights[middle] ?? 0) < half) low = middle + 1
    else high = middle
  }
  return low > from + 1 && half - (weights[low - 1] ?? 0) < (weights[low] ?? 0) - half ? low - 1 : low
}
