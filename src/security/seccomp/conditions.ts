// Writes the comparisons of a decision as instructions. The filter sees 32 bits at a time, so each 64-bit comparison is
// one of the upper half and, where that half does not settle it, one of the lower. Knows struct seccomp_data.

import { and, branch, type Label, type Listing, load, newLabel, place } from '#src/bpf/classic.ts'
import type { Branch, Node } from './decision.ts'

// struct seccomp_data, linux/seccomp.h:
//
//   0        4        8                   16        24              56        64
//  ┌────────┬────────┬───────────────────┬─────────┬───── ─ ─ ─────┬─────────┐
//  │   nr   │  arch  │instruction_pointer│ args[0] │               │ args[5] │
//  └────────┴────────┴───────────────────┴─────────┴───── ─ ─ ─────┴─────────┘
export const NUMBER = 0
export const ARCHITECTURE = 4
const ARGUMENTS = 16
const BYTES_PER_ARGUMENT = 8

/** How to write comparisons for one architecture. */
export interface Writer {
  readonly listing: Listing
  /** Whether arguments have an upper half. */
  readonly wide: boolean
  readonly bigEndian: boolean
  /** Gives the label of the instruction that ends the filter with a value. */
  readonly returns: (value: number) => Label
}

/** A piece to be written at a label, and where it leads if it does not decide. */
interface Piece {
  readonly label: Label
  readonly body: Branch
  readonly otherwise: Label
}

/** Writes a decision; what decides nothing leads to `otherwise`. */
export function writeDecision(writer: Writer, { nodes, outcome }: Branch, otherwise: Label) {
  const end = outcome === undefined ? otherwise : writer.returns(outcome.value)
  for (let from = 0; from < nodes.length;) {
    const run = runOf(nodes, from)
    from += run.length
    const next = from === nodes.length ? end : newLabel(writer.listing)
    const [node] = run
    if (node?.comparison.kind === 'EQ') writeEqualities(writer, run, next)
    else if (node !== undefined) writeComparison(writer, node, next)
    if (next !== end) place(writer.listing, next)
  }
}

/** Equalities with one upper half are written together. Only the last may ask something where its value differs. */
function runOf(nodes: readonly Node[], from: number): readonly Node[] {
  const first = nodes[from]?.comparison
  let to = from + 1
  for (; to < nodes.length; to++) {
    const next = nodes[to]?.comparison
    const together = next?.kind === 'EQ' && next.argument === first?.argument && next.high === first.high
    if (first?.kind !== 'EQ' || !together || nodes[to - 1]?.no !== undefined) break
  }
  return nodes.slice(from, to)
}

function writeEqualities(writer: Writer, run: readonly Node[], next: Label) {
  const { listing } = writer
  const pieces: Piece[] = []
  const last = run.at(-1)
  const differs = follow(writer, pieces, last?.no, next)
  const { argument, high } = run[0]?.comparison ?? { argument: 0, high: 0 }
  if (writer.wide) {
    const low = newLabel(listing)
    loadHalf(writer, argument, 'high')
    branch(listing, 'EQ', { k: high, yes: low, no: differs })
    place(listing, low)
  }
  loadHalf(writer, argument, 'low')
  const equal: Piece[] = []
  for (const node of run) {
    const other = node === last ? differs : newLabel(listing)
    const yes = follow(writer, equal, node.yes, node === last ? next : differs)
    branch(listing, 'EQ', { k: node.comparison.low, yes, no: other })
    if (node !== last) place(listing, other)
  }
  for (const piece of [...equal, ...pieces]) writePiece(writer, piece)
}

function writeComparison(writer: Writer, node: Node, next: Label) {
  const pieces: Piece[] = []
  const yes = follow(writer, pieces, node.yes, next)
  const { argument, kind, high, low, maskHigh, maskLow } = node.comparison
  if (kind === 'MASKED_EQ') {
    if (writer.wide && maskHigh !== 0) writeMasked(writer, { argument, half: 'high', mask: maskHigh, k: high, next })
    loadHalf(writer, argument, 'low')
    and(writer.listing, maskLow)
    branch(writer.listing, 'EQ', { k: low, yes, no: next })
  } else writeRange(writer, node, yes, next)
  for (const piece of pieces) writePiece(writer, piece)
}

function writeMasked(
  writer: Writer,
  test: { readonly argument: number; readonly half: 'high'; readonly mask: number; readonly k: number; next: Label },
) {
  const low = newLabel(writer.listing)
  loadHalf(writer, test.argument, test.half)
  and(writer.listing, test.mask)
  branch(writer.listing, 'EQ', { k: test.k, yes: low, no: test.next })
  place(writer.listing, low)
}

/** "Less than" is the other side of "greater than or equal", and so on: classic BPF has the greater ones alone. */
function writeRange(writer: Writer, { comparison: { argument, kind, high, low } }: Node, yes: Label, no: Label) {
  const { listing } = writer
  const less = kind === 'LT' || kind === 'LE'
  const [above, below] = less ? [no, yes] : [yes, no]
  if (writer.wide) {
    const [notAbove, equal] = [newLabel(listing), newLabel(listing)]
    loadHalf(writer, argument, 'high')
    branch(listing, 'GT', { k: high, yes: above, no: notAbove })
    place(listing, notAbove)
    branch(listing, 'EQ', { k: high, yes: equal, no: below })
    place(listing, equal)
  }
  loadHalf(writer, argument, 'low')
  branch(listing, kind === 'GT' || kind === 'LE' ? 'GT' : 'GE', { k: low, yes: above, no: below })
}

/** Gives the label where a branch goes on: a return, a piece that is written later, or `otherwise` if it says nothing. */
function follow(writer: Writer, pieces: Piece[], body: Branch | undefined, otherwise: Label): Label {
  if (body === undefined) return otherwise
  if (body.nodes.length === 0) return body.outcome === undefined ? otherwise : writer.returns(body.outcome.value)
  const label = newLabel(writer.listing)
  pieces.push({ label, body, otherwise })
  return label
}

function writePiece(writer: Writer, { label, body, otherwise }: Piece) {
  place(writer.listing, label)
  writeDecision(writer, body, otherwise)
}

function loadHalf({ listing, bigEndian }: Writer, argument: number, half: 'high' | 'low') {
  const second = (half === 'high') === bigEndian ? 0 : BYTES_PER_ARGUMENT / 2
  load(listing, ARGUMENTS + argument * BYTES_PER_ARGUMENT + second)
}
