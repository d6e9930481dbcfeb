// Extended BPF, the few instructions that a program on a cgroup needs: a listing with labels, and the bytes for it.
// Knows the instruction format, not what the fields of the context mean.
//
// The kernel's verifier refuses a program with an instruction that nothing reaches, or one that can run off its end:
// whoever writes a listing must not leave either.

// struct bpf_insn of linux/bpf.h, in the byte order of the machine (little-endian on both of ours):
//
//   63                        32 31          16 15   12 11    8 7      0
//  ┌────────────────────────────┬──────────────┬───────┬───────┬────────┐
//  │        imm (signed)        │ off (signed) │  src  │  dst  │ opcode │
//  └────────────────────────────┴──────────────┴───────┴───────┴────────┘
//
// opcode, of an instruction that loads    opcode, of one that calculates or jumps
//
//   7    5 4    3 2     0                   7       4  3   2     0
//  ┌──────┬──────┬───────┐                 ┌─────────┬───┬───────┐
//  │ mode │ size │ class │                 │operation│ s │ class │   s: the operand is imm (0) or register src (1)
//  └──────┴──────┴───────┘                 └─────────┴───┴───────┘
const LDX = 0x01
const ALU = 0x04
const JMP = 0x05
const JMP32 = 0x06

/** The opcodes that are written here, for the disassembler and for interpreters. */
export const EXTENDED = {
  LOAD_WORD: LDX | 0x60,
  AND: ALU | 0x50,
  SHIFT_RIGHT: ALU | 0x70,
  SET: ALU | 0xb0,
  EQ: JMP32 | 0x10,
  NE: JMP32 | 0x50,
  ANY_BIT: JMP32 | 0x40,
  EXIT: JMP | 0x90,
} as const

const BYTES_PER_INSTRUCTION = 8

/** R0 is the result, R1 the context at the start; R1 to R5 are free to use in a program that calls no function. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5

/** A place of a listing that jumps can lead to. */
export type Label = number

/** What an opcode does to its destination, as the 32-bit half of it: the upper half becomes zero. */
type Operation = 'AND' | 'SHIFT_RIGHT' | 'SET'
type Comparison = 'EQ' | 'NE' | 'ANY_BIT'

/** A program in the making, and where each label stands. */
export interface Listing {
  readonly instructions: Instruction[]
  readonly labels: number[]
}

interface Instruction {
  readonly opcode: number
  readonly registers: number
  readonly offset: number
  readonly imm: number
  readonly target: Label
}

/** Gives an empty listing. */
export function newListing(): Listing {
  return { instructions: [], labels: [] }
}

/** Gives a label that stands nowhere yet. */
export function newLabel(listing: Listing): Label {
  return listing.labels.push(-1) - 1
}

/** Puts a label before the instruction that is written next. */
export function place(listing: Listing, label: Label) {
  listing.labels[label] = listing.instructions.length
}

function write(listing: Listing, instruction: Partial<Instruction> & { readonly opcode: number }) {
  listing.instructions.push({ registers: 0, offset: 0, imm: 0, target: -1, ...instruction })
}

/** to = the 32-bit field at a byte offset of what `from` points to. */
export function load(listing: Listing, to: Register, from: Register, offset: number) {
  write(listing, { opcode: EXTENDED.LOAD_WORD, registers: to | (from << 4), offset })
}

/** register = register <operation> value, 32 bits wide. */
export function calculate(listing: Listing, operation: Operation, register: Register, imm: number) {
  write(listing, { opcode: EXTENDED[operation], registers: register, imm })
}

/** Goes on at `target` if the register's lower 32 bits compare so with a value, at the next instruction otherwise. */
export function branch(
  listing: Listing,
  comparison: Comparison,
  { register, imm, target }: { readonly register: Register; readonly imm: number; readonly target: Label },
) {
  write(listing, { opcode: EXTENDED[comparison], registers: register, imm, target })
}

/** Ends the program; the result is R0. */
export function exit(listing: Listing) {
  write(listing, { opcode: EXTENDED.EXIT })
}

/** Takes a listing, gives the program as the kernel reads it. Jumps reach 32767 instructions, more than any program. */
export function assemble({ instructions, labels }: Listing): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(instructions.length * BYTES_PER_INSTRUCTION))
  const view = new DataView(bytes.buffer)
  for (const [i, { opcode, registers, offset, imm, target }] of instructions.entries()) {
    const at = i * BYTES_PER_INSTRUCTION
    view.setUint8(at, opcode)
    view.setUint8(at + 1, registers)
    view.setInt16(at + 2, target < 0 ? offset : (labels[target] ?? 0) - i - 1, true)
    view.setInt32(at + 4, imm, true)
  }
  return bytes
}
