// Classic BPF as seccomp runs it: a listing with labels, and the bytes for it. Knows the instruction format and its
// limits, not what the words of the input mean.
//
// Jumps of classic BPF only lead forward, so a listing is assembled from its end: where a jump leads is then known when
// the jump is reached, and a detour for a target that is too far away moves nothing that is already placed.

import { Failure } from '#src/failure.ts'

// struct sock_filter of linux/filter.h, in the byte order of the machine (little-endian on both of ours):
//
//   31     24 23     16 15             0   31                            0
//  ┌─────────┬─────────┬────────────────┐ ┌───────────────────────────────┐
//  │   jf    │   jt    │      code      │ │               k               │
//  └─────────┴─────────┴────────────────┘ └───────────────────────────────┘
//
// code, of an instruction that loads      code, of one that calculates or jumps
//
//   7    5 4    3 2     0                   7       4  3   2     0
//  ┌──────┬──────┬───────┐                 ┌─────────┬───┬───────┐
//  │ mode │ size │ class │                 │operation│ s │ class │   s: the operand is k (0) or register X (1)
//  └──────┴──────┴───────┘                 └─────────┴───┴───────┘
const LD = 0x00
const ALU = 0x04
const JMP = 0x05
const RET = 0x06

const LOAD_WORD = LD | 0x20
const AND = ALU | 0x50
const JUMP = JMP | 0x00
const COMPARISON = { EQ: JMP | 0x10, GT: JMP | 0x20, GE: JMP | 0x30, SET: JMP | 0x40 } as const

/** The operation codes, for the disassembler and for interpreters. */
export const CLASSIC = { LOAD_WORD, AND, JUMP, RETURN: RET, ...COMPARISON } as const

const BYTES_PER_INSTRUCTION = 8
/** jt and jf are eight bits wide. */
const FARTHEST = 255
/** BPF_MAXINSNS: seccomp(2) refuses a longer program with EINVAL. */
const MOST_INSTRUCTIONS = 4096

/** A place of a listing that jumps can lead to. */
export type Label = number

/** A program in the making: instructions in columns, one array per field, and where each label stands. */
export interface Listing {
  readonly code: number[]
  readonly k: number[]
  readonly yes: Label[]
  readonly no: Label[]
  readonly labels: number[]
}

/** Gives an empty listing. */
export function newListing(): Listing {
  return { code: [], k: [], yes: [], no: [], labels: [] }
}

/** Gives a label that stands nowhere yet. */
export function newLabel(listing: Listing): Label {
  return listing.labels.push(-1) - 1
}

/** Puts a label before the instruction that is written next. */
export function place(listing: Listing, label: Label) {
  listing.labels[label] = listing.code.length
}

function write(listing: Listing, code: number, k: number, yes = -1, no = -1) {
  listing.code.push(code)
  listing.k.push(k)
  listing.yes.push(yes)
  listing.no.push(no)
}

/** A = the 32-bit word at a byte offset of the input. */
export function load(listing: Listing, offset: number) {
  write(listing, LOAD_WORD, offset)
}

/** A = A & mask. */
export function and(listing: Listing, mask: number) {
  write(listing, AND, mask)
}

/** Goes on at `yes` if A compares so with k (unsigned; SET: any bit of k is set in A), at `no` otherwise. */
export function branch(
  listing: Listing,
  comparison: keyof typeof COMPARISON,
  { k, yes, no }: { readonly k: number; readonly yes: Label; readonly no: Label },
) {
  write(listing, COMPARISON[comparison], k, yes, no)
}

/** Goes on at a label. */
export function jump(listing: Listing, target: Label) {
  write(listing, JUMP, 0, target)
}

/** Ends the program with a 32-bit result. */
export function ret(listing: Listing, value: number) {
  write(listing, RET, value)
}

/** A program from its last instruction to its first: two words for each. */
interface Reversed {
  readonly words: number[]
  /** The place, counted from the end, at which a jump reaches each label; -1 until its instruction is written. */
  readonly reached: number[]
}

/**
 * Takes a listing, gives the program as the kernel reads it. Every label must stand behind the jumps to it. Throws a
 * Failure if the program is longer than the kernel accepts.
 */
export function assemble(listing: Listing): Uint8Array<ArrayBuffer> {
  const out: Reversed = { words: [], reached: listing.labels.map(() => -1) }
  const labelsAt: (Label[] | undefined)[] = []
  for (const [label, index] of listing.labels.entries()) (labelsAt[index] ??= []).push(label)
  for (let i = listing.code.length - 1; i >= 0; i--) {
    writeReversed(out, listing, i)
    for (const label of labelsAt[i] ?? []) out.reached[label] = count(out) - 1
  }
  if (count(out) > MOST_INSTRUCTIONS) {
    throw new Failure(
      `Cannot assemble the BPF program: it has ${count(out)} instructions, and the kernel accepts ${MOST_INSTRUCTIONS}`,
    )
  }
  return forwards(out.words)
}

function count(out: Reversed): number {
  return out.words.length / 2
}

function writeReversed(out: Reversed, { code, k, yes, no }: Listing, i: number) {
  const operation = code[i] ?? 0
  if (operation === JUMP) writeJump(out, yes[i] ?? -1)
  else if ((operation & 7) === JMP) writeBranch(out, operation, { k: k[i] ?? 0, yes: yes[i] ?? -1, no: no[i] ?? -1 })
  else out.words.push(k[i] ?? 0, operation)
}

/** The number of instructions between the next one to be written and a label. */
function distance(out: Reversed, label: Label): number {
  const target = out.reached[label] ?? -1
  if (target < 0) throw new Error(`Cannot assemble the BPF program: label ${label} is not ahead of the jump to it`)
  return count(out) - 1 - target
}

function writeBranch(
  out: Reversed,
  operation: number,
  { k, yes, no }: { readonly k: number; readonly yes: Label; readonly no: Label },
) {
  // A detour for one target may push the other one out of reach, hence the one look ahead.
  const near = distance(out, yes) > FARTHEST || distance(out, no) > FARTHEST ? FARTHEST - 1 : FARTHEST
  if (distance(out, no) > near) writeDetour(out, no)
  if (distance(out, yes) > near) writeDetour(out, yes)
  out.words.push(k, operation | (distance(out, yes) << 16) | (distance(out, no) << 24))
}

/** Everything before this point reaches the label through the detour, which is nearer. */
function writeDetour(out: Reversed, label: Label) {
  writeJump(out, label)
  out.reached[label] = count(out) - 1
}

function writeJump(out: Reversed, label: Label) {
  const skipped = distance(out, label)
  const target = 2 * (count(out) - 1 - skipped)
  const [k = 0, operation = 0] = out.words.slice(target, target + 2)
  // A copy of the return is as long as a jump to it and saves the jump at run time.
  if (operation === RET) out.words.push(k, RET)
  else out.words.push(skipped, JUMP)
}

function forwards(words: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new ArrayBuffer((words.length / 2) * BYTES_PER_INSTRUCTION)
  const view = new Uint32Array(bytes)
  for (let i = 0; i < view.length; i++) view[i] = words[words.length - 1 - i] ?? 0
  return new Uint8Array(bytes)
}
