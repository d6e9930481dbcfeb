// Writes the search for a system call's number among ranges: a binary tree of comparisons, not a chain of one
// comparison per system call. Knows the ranges and where to go for each, not what happens there.

import { ifAtLeast, ifEqual, type Position, type Program } from '#src/bpf/classic.ts'
import type { Branch } from './decision.ts'
import { type Family, NEWER } from './policy.ts'

/** Longer ranges than any table are the ends of the number space: nobody asks for them. */
const LONGEST = 4096
const UNASKED = 0.01
/** x32 shares its AUDIT_ARCH_* value with x86-64 and is hardly ever used. */
const X32_BIT = 0x4000_0000
const X32_SHARE = 1 / 8

/** Gives where a decision is written. */
type Exit = (decision: Branch) => Position

interface Search {
  readonly program: Program
  readonly exit: Exit
  readonly starts: readonly number[]
  readonly decisions: readonly Branch[]
  /** The weight of all ranges before each one. */
  readonly weights: readonly number[]
}

/**
 * Writes the search, for a number in the accumulator. The tree is cut where both sides are about as likely, so common calls
 * are found after few comparisons: read and write of x86-64 after one, under most profiles.
 */
export function writeSearch(program: Program, { starts, decisions, members }: Family, exit: Exit): Position {
  const common = members[0]?.common ?? 1
  const weights = [0]
  let sum = 0
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0
    const length = (starts[i + 1] ?? Infinity) - start
    const number = common + (start < X32_BIT ? start : start - X32_BIT)
    // As if each number were called in inverse proportion to itself.
    const weight = length > LONGEST ? UNASKED : Math.log(1 + length / number)
    sum += start < X32_BIT ? weight : weight * X32_SHARE
    weights.push(sum)
  }
  return writePart({ program, exit, starts, decisions, weights }, 0, starts.length)
}

function writePart(search: Search, from: number, to: number): Position {
  const { program, exit, starts, decisions } = search
  const first = decisions[from] ?? NEWER
  if (to - from === 1) return exit(first)
  const next = starts[from + 1] ?? 0
  const pair = to - from === 2
  // One number among others that share a decision takes one comparison instead of two.
  const exception = to - from === 3 && starts[from + 2] === next + 1 && decisions[from + 2] === first
  if (pair || exception) {
    const yes = exit(decisions[from + 1] ?? NEWER)
    const no = exit(first)
    return pair ? ifAtLeast(program, next, yes, no) : ifEqual(program, next, yes, no)
  }
  const middle = cut(search.weights, from, to)
  const yes = writePart(search, middle, to)
  const no = writePart(search, from, middle)
  return ifAtLeast(program, starts[middle] ?? 0, yes, no)
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
