// Writes the search for a system call's number among ranges: a binary tree of comparisons, not the chain of one
// comparison per system call. Knows the ranges and labels to jump to, not what happens there.

import { branch, jump, type Label, type Listing, newLabel, place } from '#src/bpf/classic.ts'
import { type Range, sameDecision } from './ranges.ts'

/** Longer ranges than any table are the ends of the number space: nobody asks for them. */
const LONGEST = 4096
/** x32 shares its AUDIT_ARCH_* value with x86-64 and is hardly ever used. */
const X32_BIT = 0x4000_0000
const X32_SHARE = 1 / 8

/** Where the search leads for each range. */
type Exits = (range: Range) => Label

interface Search {
  readonly listing: Listing
  readonly found: readonly Range[]
  readonly exits: Exits
  /** The weight of all ranges before each one. */
  readonly weights: Float64Array
}

/**
 * Writes the search. Precondition: the accumulator holds the number. The tree is cut where both sides hold about as many
 * numbers, so the long ranges of common calls (most profiles allow 0 to 100) are found after few comparisons.
 */
export function writeSearch(listing: Listing, found: readonly Range[], exits: Exits) {
  const weights = new Float64Array(found.length + 1)
  for (const [i, { start }] of found.entries()) {
    const length = (found[i + 1]?.start ?? Infinity) - start
    const calls = length > LONGEST ? 1 : length
    weights[i + 1] = (weights[i] ?? 0) + calls * (start < X32_BIT ? 1 : X32_SHARE)
  }
  const [first] = found
  if (found.length === 1 && first !== undefined) jump(listing, exits(first))
  else writePart({ listing, found, exits, weights }, 0, found.length)
}

function writePart(search: Search, from: number, to: number) {
  const { listing, found } = search
  if (writeException(search, from, to)) return
  const middle = cut(search.weights, from, to)
  const [yes, no] = [entry(search, middle, to), entry(search, from, middle)]
  branch(listing, 'GE', { k: found[middle]?.start ?? 0, yes, no })
  if (middle - from > 1) {
    place(listing, no)
    writePart(search, from, middle)
  }
  if (to - middle > 1) {
    place(listing, yes)
    writePart(search, middle, to)
  }
}

/** One number with another decision than both sides of it: one comparison where the tree would need two. */
function writeException({ listing, found, exits }: Search, from: number, to: number): boolean {
  const [before, exception, after] = found.slice(from, Math.min(to, from + 3))
  if (to - from !== 3 || before === undefined || exception === undefined || after === undefined) return false
  if (after.start !== exception.start + 1 || !sameDecision(before.decision, after.decision)) return false
  branch(listing, 'EQ', { k: exception.start, yes: exits(exception), no: exits(before) })
  return true
}

function entry({ listing, found, exits }: Search, from: number, to: number): Label {
  const range = found[from]
  return to - from === 1 && range !== undefined ? exits(range) : newLabel(listing)
}

/** Gives the first range of the right side, so that the two sides weigh as equally as they can. */
function cut(weights: Float64Array, from: number, to: number): number {
  const half = ((weights[from] ?? 0) + (weights[to] ?? 0)) / 2
  let middle = from + 1
  while (middle < to - 1 && (weights[middle] ?? 0) < half) middle++
  const overshoot = (weights[middle] ?? 0) - half
  return middle > from + 1 && half - (weights[middle - 1] ?? 0) < overshoot ? middle - 1 : middle
}
