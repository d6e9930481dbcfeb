// Extended BPF: the bytes of each instruction, and jumps.

import { expect, test } from 'bun:test'

import { assemble, branch, calculate, exit, load, newLabel, newListing, place } from '#src/bpf/extended.ts'
import { runExtended, verifyExtended } from '#tests/support/bpf-interpreter.ts'

const NOBODY = { accessType: 0, major: 0, minor: 0 }

test('instructions have the bytes of struct bpf_insn', () => {
  const listing = newListing()
  const end = newLabel(listing)
  load(listing, 3, 1, 8)
  calculate(listing, 'AND', 3, 0xff)
  calculate(listing, 'AND', 3, ~1)
  calculate(listing, 'SHIFT_RIGHT', 3, 16)
  branch(listing, 'EQ', { register: 3, imm: -1, target: end })
  branch(listing, 'NE', { register: 2, imm: 2, target: end })
  branch(listing, 'ANY_BIT', { register: 2, imm: 4, target: end })
  calculate(listing, 'SET', 0, 1)
  place(listing, end)
  exit(listing)
  expect(Buffer.from(assemble(listing)).toString('hex').match(/.{16}/g)).toEqual([
    '6113080000000000', // BPF_LDX | BPF_MEM | BPF_W, dst 3, src 1, off 8
    '54030000ff000000', // BPF_ALU | BPF_AND | BPF_K
    '54030000feffffff',
    '7403000010000000', // BPF_ALU | BPF_RSH | BPF_K
    '16030300ffffffff', // BPF_JMP32 | BPF_JEQ | BPF_K, off 3
    '5602020002000000', // BPF_JMP32 | BPF_JNE | BPF_K, off 2
    '4602010004000000', // BPF_JMP32 | BPF_JSET | BPF_K, off 1
    'b400000001000000', // BPF_ALU | BPF_MOV | BPF_K
    '9500000000000000', // BPF_JMP | BPF_EXIT
  ])
})

test('jumps reach further than the eight bits of classic BPF', () => {
  const listing = newListing()
  const far = newLabel(listing)
  load(listing, 2, 1, 4)
  calculate(listing, 'SET', 0, 1)
  branch(listing, 'EQ', { register: 2, imm: 7, target: far })
  for (let i = 0; i < 5000; i++) calculate(listing, 'SET', 0, 2)
  place(listing, far)
  exit(listing)
  const program = assemble(listing)
  expect(() => verifyExtended(program)).not.toThrow()
  expect(runExtended(program, { ...NOBODY, major: 7 })).toBe(1)
  expect(runExtended(program, { ...NOBODY, major: 8 })).toBe(2)
})
