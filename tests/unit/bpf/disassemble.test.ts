// The text of both kinds of programs.

import { expect, test } from 'bun:test'

import * as classic from '#src/bpf/classic.ts'
import { disassembleClassic, disassembleExtended } from '#src/bpf/disassemble.ts'
import * as extended from '#src/bpf/extended.ts'

test('a classic program is listed with the instructions that its jumps lead to', () => {
  const program = classic.newProgram()
  classic.ret(program, 0x7fff_0000)
  const far = classic.and(program, 3)
  const near = classic.ret(program, 1)
  classic.goOnAt(program, far)
  const greater = classic.ifGreater(program, 0xffff_ffff, near, far)
  classic.ifEqual(program, 40, near, classic.ifAtLeast(program, 8, far, greater))
  classic.load(program, 16)
  expect(disassembleClassic(classic.assemble(program))).toEqual([
    '  0  ld   [16]',
    '  1  jeq  #40           5, 2',
    '  2  jge  #8            6, 3',
    '  3  jgt  #0xffffffff   5, 6',
    '  4  ja   6',
    '  5  ret  #1',
    '  6  and  #3',
    '  7  ret  #0x7fff0000',
  ])
})

test('names for words and results take the place of numbers', () => {
  const program = classic.newProgram()
  classic.ret(program, 9)
  classic.load(program, 4)
  const names = { word: (offset: number) => `word ${offset / 4}`, result: (value: number) => `result ${value}` }
  expect(disassembleClassic(classic.assemble(program), names)).toEqual(['  0  ld   word 1', '  1  ret  result 9'])
})

test('an instruction that is never written here is listed with its code', () => {
  expect(disassembleClassic(new Uint8Array([0x16, 0, 0, 0, 7, 0, 0, 0]))).toEqual(['  0  ?    code 22, k 7'])
  expect(disassembleExtended(new Uint8Array([0x85, 0, 0, 0, 7, 0, 0, 0]))).toEqual(['  0  ? opcode 133'])
})

test('an extended program is listed as the kernel prints one', () => {
  const listing = extended.newListing()
  const end = extended.newLabel(listing)
  extended.load(listing, 3, 1, 8)
  extended.calculate(listing, 'AND', 3, ~1)
  extended.calculate(listing, 'SHIFT_RIGHT', 3, 16)
  extended.branch(listing, 'NE', { register: 3, imm: 2, target: end })
  extended.branch(listing, 'EQ', { register: 3, imm: 2, target: end })
  extended.branch(listing, 'ANY_BIT', { register: 3, imm: 4, target: end })
  extended.calculate(listing, 'SET', 0, 1)
  extended.place(listing, end)
  extended.exit(listing)
  expect(disassembleExtended(extended.assemble(listing))).toEqual([
    '  0  r3 = *(u32 *)(r1 + 8)',
    '  1  w3 &= 0xfffffffe',
    '  2  w3 >>= 16',
    '  3  if w3 != 2 goto 7',
    '  4  if w3 == 2 goto 7',
    '  5  if w3 & 4 goto 7',
    '  6  w0 = 1',
    '  7  exit',
  ])
})
