// Classic BPF: the bytes of each instruction, and jumps that are longer than eight bits allow.

import { describe, expect, test } from 'bun:test'

import {
  and,
  assemble,
  goOnAt,
  ifAtLeast,
  ifEqual,
  ifGreater,
  load,
  newProgram,
  type Position,
  type Program,
  ret,
} from '#src/bpf/classic.ts'
import { classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'

/** What a program returns for a system call number. */
function run(program: Program, number: number): number {
  return runClassic(classicProgram(assemble(program)), seccompData(number, 0))
}

/** For each number from 1 to `count` a return of its own. */
function chain(count: number): Program {
  const program = newProgram()
  const returns = Array.from({ length: count }, (_, i) => ret(program, i + 1))
  let next = ret(program, 0)
  for (const [i, position] of returns.entries()) next = ifEqual(program, i + 1, position, next)
  load(program, 0)
  return program
}

describe('instructions', () => {
  test('have the bytes of struct sock_filter', () => {
    const program = newProgram()
    const no = ret(program, 0x7fff_0000)
    const yes = ret(program, 0x0005_0001)
    ifEqual(program, 0xc000_003e, yes, no)
    and(program, 0xffff)
    load(program, 4)
    expect(Buffer.from(assemble(program)).toString('hex').match(/.{16}/g)).toEqual([
      '2000000004000000', // BPF_LD | BPF_W | BPF_ABS, 4
      '54000000ffff0000', // BPF_ALU | BPF_AND | BPF_K, 0xffff
      '150000013e0000c0', // BPF_JMP | BPF_JEQ | BPF_K, jt 0, jf 1
      '0600000001000500', // BPF_RET | BPF_K
      '060000000000ff7f',
    ])
  })

  test('compare as unsigned numbers', () => {
    const program = newProgram()
    const [equal, greater, atLeast, less] = [ret(program, 1), ret(program, 2), ret(program, 3), ret(program, 4)]
    ifEqual(
      program,
      0x8000_0001,
      equal,
      ifGreater(program, 0xffff_fffe, greater, ifAtLeast(program, 0x8000_0000, atLeast, less)),
    )
    load(program, 0)
    expect(
      [0x8000_0001, 0xffff_ffff, 0xffff_fffe, 0x8000_0000, 0x7fff_ffff, 0].map((number) => run(program, number)),
    ).toEqual([1, 2, 3, 3, 4, 4])
  })

  test('that do not jump go on at the one written before them, or where goOnAt says', () => {
    const program = newProgram()
    const first = ret(program, 1)
    ret(program, 2)
    goOnAt(program, first)
    and(program, 1)
    expect(run(program, 0)).toBe(1)
  })

  test('goOnAt writes nothing where the position is the last one', () => {
    const program = newProgram()
    const last = ret(program, 1)
    expect(goOnAt(program, last)).toBe(last)
    expect(assemble(program)).toHaveLength(8)
  })
})

describe('a jump', () => {
  test('over 255 instructions is one instruction', () => {
    const program = newProgram()
    const far = ret(program, 1)
    for (let i = 0; i < 255; i++) ret(program, 2)
    ifEqual(program, 7, far, far)
    expect(assemble(program)).toHaveLength(8 * 257)
    expect(run(program, 7)).toBe(1)
  })

  test('over 256 instructions goes to a copy of the return', () => {
    const program = newProgram()
    const far = ret(program, 1)
    for (let i = 0; i < 256; i++) ret(program, 2)
    ifEqual(program, 7, far, far)
    const bytes = assemble(program)
    expect(bytes).toHaveLength(8 * 259)
    expect([...bytes].filter((_, i) => i % 8 === 0)).not.toContain(0x05)
    expect(run(program, 7)).toBe(1)
  })

  test('to something else than a return goes by an unconditional jump, over any distance', () => {
    const program = newProgram()
    ret(program, 5)
    const far = and(program, 0xff)
    for (let i = 0; i < 3000; i++) ret(program, 2)
    const near = ret(program, 3)
    ifEqual(program, 7, far, near)
    load(program, 0)
    const bytes = assemble(program)
    expect([...bytes].filter((_, i) => i % 8 === 0)).toContain(0x05)
    expect([run(program, 7), run(program, 8)]).toEqual([5, 3])
  })

  test('with two targets out of reach finds both', () => {
    const program = newProgram()
    const [one, other] = [ret(program, 1), ret(program, 2)]
    for (let i = 0; i < 254; i++) ret(program, 3)
    for (let distance = 254; distance < 258; distance++) {
      ifEqual(program, 7, one, other)
      load(program, 0)
      expect([run(program, 7), run(program, 8)]).toEqual([1, 2])
    }
  })

  test('leads where it should from every instruction of a long chain', () => {
    const program = chain(1300)
    const filter = classicProgram(assemble(program))
    const results = Array.from({ length: 1302 }, (_, number) => runClassic(filter, seccompData(number, 0)))
    expect(results).toEqual([...Array.from({ length: 1301 }, (_, i) => i), 0])
  })

  test('detours are shared by the jumps behind them', () => {
    const program = newProgram()
    const far: Position = ret(program, 1)
    for (let i = 0; i < 300; i++) ret(program, 2)
    let next = ret(program, 3)
    for (let i = 0; i < 200; i++) next = ifEqual(program, i, far, next)
    expect(assemble(program)).toHaveLength(8 * (1 + 300 + 1 + 200 + 1))
  })
})

describe('a program', () => {
  test('may have 4096 instructions', () => {
    const program = newProgram()
    for (let i = 0; i < 4096; i++) ret(program, i)
    expect(assemble(program)).toHaveLength(8 * 4096)
  })

  test('of 4097 instructions is refused with their number', () => {
    const program = newProgram()
    for (let i = 0; i < 4097; i++) ret(program, i)
    expect(() => assemble(program)).toThrow(
      'Cannot assemble the BPF program: it has 4097 instructions, and the kernel accepts 4096',
    )
  })
})
