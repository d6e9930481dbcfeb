// Classic BPF as seccomp runs it, written from the last instruction to the first. Knows the instruction format and its
// limits, not what the words of the input mean.
//
// Jumps of classic BPF only lead forward. Written backwards, every target of a jump stands already: writing an
// instruction gives its position, a jump takes positions, and there is nothing to resolve afterwards. An instruction
// that does not jump goes on at the one written just before it.

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

/** The codes that are written here. */
export const CLASSIC = {
  LOAD_WORD: LD | 0x20,
  AND: ALU | 0x50,
  JUMP: JMP | 0x00,
  IF_EQUAL: JMP | 0x10,
  IF_GREATER: JMP | 0x20,
  IF_AT_LEAST: JMP | 0x30,
  RETURN: RET,
} as const

const JT_SHIFT = 16
const JF_SHIFT = 24
/** jt and jf are eight bits wide. */
const FARTHEST = 255
/** BPF_MAXINSNS: seccomp(2) refuses a longer program with EINVAL. */
const MOST_INSTRUCTIONS = 4096

/** Where an instruction stands, counted from the end of the program. */
export type Position = number

/** A program in the making: per instruction its k and its code with jt and jf, the last instruction first. */
export interface Program {
  readonly words: number[]
  /** For an instruction that was too far for some jump: where one now goes that leads there. */
  readonly detours: Map<Position, Position>
}

/** Gives a program of no instructions. */
export function newProgram(): Program {
  return { words: [], detours: new Map() }
}

function write(program: Program, code: number, k: number): Position {
  const { words } = program
  const { length } = words
  words[length] = k
  words[length + 1] = code
  return length / 2
}

/** Ends the program with a 32-bit result. */
export function ret(program: Program, value: number): Position {
  return write(program, CLASSIC.RETURN, value)
}

/** Makes the next instruction written go on at a position, if it does not already. */
export function goOnAt(program: Program, position: Position): Position {
  const last = program.words.length / 2 - 1
  return position === last ? position : jump(program, position)
}

/** A copy of a return is as long as a jump to it, and saves the jump at run time. */
function jump(program: Program, target: Position): Position {
  const { words } = program
  const [k = 0, code = 0] = [words[2 * target], words[2 * target + 1]]
  return code === RET ? ret(program, k) : write(program, CLASSIC.JUMP, words.length / 2 - 1 - target)
}

/** A = the 32-bit word at a byte offset of the input. */
export function load(program: Program, offset: number): Position {
  return write(program, CLASSIC.LOAD_WORD, offset)
}

/** A = A & mask. */
export function and(program: Program, mask: number): Position {
  return write(program, CLASSIC.AND, mask)
}

/** Goes on at `yes` if A = k, at `no` otherwise. */
export function ifEqual(program: Program, k: number, yes: Position, no: Position): Position {
  return write(program, CLASSIC.IF_EQUAL | targets(program, yes, no), k)
}

/** Goes on at `yes` if A > k (unsigned), at `no` otherwise. */
export function ifGreater(program: Program, k: number, yes: Position, no: Position): Position {
  return write(program, CLASSIC.IF_GREATER | targets(program, yes, no), k)
}

/** Goes on at `yes` if A >= k (unsigned), at `no` otherwise. */
export function ifAtLeast(program: Program, k: number, yes: Position, no: Position): Position {
  return write(program, CLASSIC.IF_AT_LEAST | targets(program, yes, no), k)
}

/** Gives jt and jf of the branch that is written next, after the detours that they need. */
function targets(program: Program, yes: Position, no: Position): number {
  const last = program.words.length / 2 - 1
  const toYes = last - yes
  const toNo = last - no
  if (toYes > FARTHEST || toNo > FARTHEST) return targets(program, near(program, yes), near(program, no))
  return (toYes << JT_SHIFT) | (toNo << JF_SHIFT)
}

/** Gives a position that leads where `target` does, within reach even if one more detour is written before the jump. */
function near(program: Program, target: Position): Position {
  const reached = program.detours.get(target) ?? target
  const next = program.words.length / 2
  if (next - reached < FARTHEST) return reached
  const detour = jump(program, reached)
  program.detours.set(target, detour)
  return detour
}

/**
 * Gives the bytes of a program: struct sock_filter[], the first instruction being the one written last. Throws a
 * Failure if the kernel accepts no program of that length.
 */
export function assemble({ words }: Program): Uint8Array<ArrayBuffer> {
  const instructions = words.length / 2
  if (instructions > MOST_INSTRUCTIONS) {
    throw new Failure(
      `Cannot assemble the BPF program: it has ${instructions} instructions, and the kernel accepts ${MOST_INSTRUCTIONS}`,
    )
  }
  return new Uint8Array(new Uint32Array(words).reverse().buffer)
}
