// Writes the comparisons of a decision as instructions. A filter sees 32 bits at a time, so each 64-bit comparison is
// one of the upper half and, where that half does not settle it, one of the lower; a comparison that asks for no bit of
// the upper half is one of the lower alone. Knows struct seccomp_data.
//
// Like all of a program it is written from its end: what follows a comparison is written before the comparison.

import { and, ifAtLeast, ifEqual, ifGreater, load, type Position, type Program } from '#src/bpf/classic.ts'
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

/** How to write comparisons. */
export interface Writer {
  readonly program: Program
  readonly bigEndian: boolean
  /** Gives the instruction that ends the filter with a value. */
  readonly returns: (value: number) => Position
}

/** Writes a decision and gives where it starts; what decides nothing leads to `otherwise`. */
export function writeDecision(writer: Writer, { nodes, outcome }: Branch, otherwise: Position): Position {
  let next = outcome === undefined ? otherwise : writer.returns(outcome.value)
  for (let to = nodes.length; to > 0;) {
    const from = startOfRun(nodes, to)
    const [node] = nodes.slice(from, to)
    if (node?.comparison.kind === 'EQ') next = writeEqualities(writer, nodes.slice(from, to), next)
    else if (node?.comparison.kind === 'MASKED_EQ') next = writeMasked(writer, node, next)
    else if (node !== undefined) next = writeRange(writer, node, next)
    to = from
  }
  return next
}

/** Equalities with one upper half are written together. Only the last may ask something where its value differs. */
function startOfRun(nodes: readonly Node[], to: number): number {
  const last = nodes[to - 1]?.comparison
  let from = to - 1
  for (; from > 0 && last?.kind === 'EQ'; from--) {
    const { comparison, no } = nodes[from - 1] ?? {}
    const together = comparison?.kind === 'EQ' && comparison.argument === last.argument && comparison.high === last.high
    if (!together || no !== undefined) break
  }
  return from
}

/** The values of a run exclude each other: where one is found, only the last one's other side can still follow. */
function writeEqualities(writer: Writer, run: readonly Node[], next: Position): Position {
  const { program } = writer
  const last = run[run.length - 1]
  const { argument, high, maskHigh } = last?.comparison ?? { argument: 0, high: 0, maskHigh: 0 }
  const differs = follow(writer, last?.no, next)
  const equal = run.map(({ yes }, i) => follow(writer, yes, i === run.length - 1 ? next : differs))
  let position = differs
  for (let i = run.length - 1; i >= 0; i--) {
    position = ifEqual(program, run[i]?.comparison.low ?? 0, equal[i] ?? next, position)
  }
  position = loadHalf(writer, argument, 'low')
  if (maskHigh === 0) return position
  ifEqual(program, high, position, differs)
  return loadHalf(writer, argument, 'high')
}

function writeMasked(writer: Writer, { comparison, yes }: Node, next: Position): Position {
  const { program } = writer
  const { argument, high, low, maskHigh, maskLow } = comparison
  const equal = follow(writer, yes, next)
  ifEqual(program, low, equal, next)
  and(program, maskLow)
  const position = loadHalf(writer, argument, 'low')
  if (maskHigh === 0) return position
  ifEqual(program, high, position, next)
  and(program, maskHigh)
  return loadHalf(writer, argument, 'high')
}

/** "Less than" is the other side of "at least", and so on: classic BPF has the greater ones alone. */
function writeRange(writer: Writer, { comparison, yes }: Node, next: Position): Position {
  const { program } = writer
  const { argument, kind, high, low, maskHigh } = comparison
  const inside = follow(writer, yes, next)
  const [above, below] = kind === 'LT' || kind === 'LE' ? [next, inside] : [inside, next]
  if (kind === 'GT' || kind === 'LE') ifGreater(program, low, above, below)
  else ifAtLeast(program, low, above, below)
  const position = loadHalf(writer, argument, 'low')
  if (maskHigh === 0) return position
  const notAbove = ifEqual(program, high, position, below)
  ifGreater(program, high, above, notAbove)
  return loadHalf(writer, argument, 'high')
}

function follow(writer: Writer, branch: Branch | undefined, otherwise: Position): Position {
  return branch === undefined ? otherwise : writeDecision(writer, branch, otherwise)
}

function loadHalf({ program, bigEndian }: Writer, argument: number, half: 'high' | 'low'): Position {
  const second = (half === 'high') === bigEndian ? 0 : BYTES_PER_ARGUMENT / 2
  return load(program, ARGUMENTS + argument * BYTES_PER_ARGUMENT + second)
}
