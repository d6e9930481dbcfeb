// The assembler for x86-64: each method is one instruction of executor/assembler.ts, encoded as in the Intel manual,
// volume 2. Memory operands always carry a 32-bit displacement: a few bytes more, one form less to verify.

import { type Assembler, type At, type Code, Listing, littleEndian, type Register } from './assembler.ts'

/** Names and numbers of the registers. The system call ABI fixes a0…a5, number and result; the C ABI fixes p0…p5. */
const REGISTERS: { readonly [name in Register]: readonly [text: string, number: number] } = {
  request: ['r12', 12],
  reply: ['r13', 13],
  index: ['r14', 14],
  entry: ['r15', 15],
  slot: ['rbx', 3],
  seen: ['rbp', 5],
  number: ['rax', 0],
  result: ['rax', 0],
  temp: ['rcx', 1],
  a0: ['rdi', 7],
  a1: ['rsi', 6],
  a2: ['rdx', 2],
  a3: ['r10', 10],
  a4: ['r8', 8],
  a5: ['r9', 9],
  p0: ['rdi', 7],
  p1: ['rsi', 6],
  p2: ['rdx', 2],
  p3: ['rcx', 1],
  p4: ['r8', 8],
  p5: ['r9', 9],
}

/** What the C caller expects to find unchanged, in the order of the pushes. */
const CALLEE_SAVED = ['seen', 'slot', 'request', 'reply', 'index', 'entry'] as const

const text = (register: Register) => REGISTERS[register][0]
const number = (register: Register) => REGISTERS[register][1]
const low = (register: Register) => number(register) & 7
const high = (register: Register) => number(register) >> 3

/** REX prefix: W = 64-bit operands, R and B extend the two register fields. */
const rex = (wide: 0 | 1, reg: number, rm: number) => 0x40 | (wide << 3) | (reg << 2) | rm
/** ModRM byte: how the operand is addressed, the register field, the register or memory field. */
const modrm = (mod: number, reg: number, rm: number) => (mod << 6) | (reg << 3) | rm

/** Bytes of a memory operand [base + disp32]; rsp and r12 as base need an SIB byte that says "no index". */
function memory(reg: Register, at: At): number[] {
  const sib = low(at.base) === 4 ? [0x24] : []
  return [modrm(2, low(reg), low(at.base)), ...sib, ...littleEndian(at.offset)]
}

const show = (at: At) => `[${text(at.base)}+0x${at.offset.toString(16)}]`

const LOADS: { readonly [bits in 8 | 16 | 32 | 64]: { wide: 0 | 1; opcode: number[]; text: string } } = {
  8: { wide: 0, opcode: [0x0f, 0xb6], text: 'movzx.8' },
  16: { wide: 0, opcode: [0x0f, 0xb7], text: 'movzx.16' },
  32: { wide: 0, opcode: [0x8b], text: 'mov.32' },
  64: { wide: 1, opcode: [0x8b], text: 'mov' },
}

/** Makes an assembler; `finish` gives the code. */
export function assembleX64(): Assembler & { finish(): Code; listing: Listing } {
  const listing = new Listing()
  const emit = listing.emit.bind(listing)

  const registers = (opcode: number, to: Register, from: Register) => [
    rex(1, high(from), high(to)),
    opcode,
    modrm(3, low(from), low(to)),
  ]
  const load = (bits: 8 | 16 | 32 | 64, to: Register, from: At, comment: string) => {
    const { wide, opcode, text: name } = LOADS[bits]
    emit(
      [rex(wide, high(to), high(from.base)), ...opcode, ...memory(to, from)],
      `${name} ${text(to)}, ${show(from)}`,
      comment,
    )
  }
  const store = (bits: 32 | 64, from: Register, to: At, comment: string) => {
    const wide = bits === 64 ? 1 : 0
    const name = bits === 64 ? 'mov' : 'mov.32'
    emit(
      [rex(wide, high(from), high(to.base)), 0x89, ...memory(from, to)],
      `${name} ${show(to)}, ${text(from)}`,
      comment,
    )
  }
  /** A jump or call with a 32-bit distance, which counts from the end of the instruction. */
  const jump = (opcode: number[], name: string, to: string, comment: string) => {
    const size = opcode.length + 4
    listing.emitTo(to, size, `${name} ${to}`, comment, (distance) => [...opcode, ...littleEndian(distance - size)])
  }
  const test = (register: Register) =>
    emit(registers(0x85, register, register), `test ${text(register)}, ${text(register)}`, '')

  return {
    listing,
    finish: () => listing.finish(),
    label: (name) => listing.label(name),
    enter: (comment) => {
      for (const [i, register] of CALLEE_SAVED.entries())
        emit([rex(0, 0, high(register)), 0x50 | low(register)], `push ${text(register)}`, i === 0 ? comment : '')
    },
    leave: (comment) => {
      for (const [i, register] of CALLEE_SAVED.toReversed().entries())
        emit([rex(0, 0, high(register)), 0x58 | low(register)], `pop ${text(register)}`, i === 0 ? comment : '')
      emit([0xc3], 'ret', '')
    },
    move: (to, from, comment) => {
      // An alias of the same register needs no instruction.
      if (number(to) !== number(from)) emit(registers(0x89, to, from), `mov ${text(to)}, ${text(from)}`, comment)
    },
    set: (to, value, comment) =>
      emit(
        [rex(1, 0, high(to)), 0xc7, modrm(3, 0, low(to)), ...littleEndian(value)],
        `mov ${text(to)}, ${value}`,
        comment,
      ),
    load,
    store,
    // x86 keeps the order of loads and of stores: a plain access is enough.
    loadAcquire: (to, base, comment) => load(32, to, { base, offset: 0 }, comment),
    storeRelease: (from, base, comment) => store(32, from, { base, offset: 0 }, comment),
    loadWord: (to, label, comment) =>
      listing.emitTo(label, 7, `mov.32 ${text(to)}, [rip:${label}]`, comment, (distance) => [
        rex(0, high(to), 0),
        0x8b,
        modrm(0, low(to), 5),
        ...littleEndian(distance - 7),
      ]),
    address: (to, label, comment) =>
      listing.emitTo(label, 7, `lea ${text(to)}, [rip:${label}]`, comment, (distance) => [
        rex(1, high(to), 0),
        0x8d,
        modrm(0, low(to), 5),
        ...littleEndian(distance - 7),
      ]),
    word: (value, comment) => emit(littleEndian(value), `.word ${value}`, comment),
    add: (to, from, comment) => {
      if (typeof from === 'string') emit(registers(0x01, to, from), `add ${text(to)}, ${text(from)}`, comment)
      else
        emit(
          [rex(1, 0, high(to)), 0x81, modrm(3, 0, low(to)), ...littleEndian(from)],
          `add ${text(to)}, ${from}`,
          comment,
        )
    },
    shiftLeft: (to, count, comment) =>
      emit([rex(1, 0, high(to)), 0xc1, modrm(3, 4, low(to)), count], `shl ${text(to)}, ${count}`, comment),
    negate: (register, comment) =>
      emit([rex(1, 0, high(register)), 0xf7, modrm(3, 3, low(register))], `neg ${text(register)}`, comment),
    jump: (to, comment) => jump([0xe9], 'jmp', to, comment),
    jumpIfZero: (register, to, comment) => {
      test(register)
      jump([0x0f, 0x84], 'je', to, comment)
    },
    jumpIfNegative: (register, to, comment) => {
      test(register)
      jump([0x0f, 0x88], 'js', to, comment)
    },
    jumpIfEqual: (left, right, to, comment) => {
      emit(registers(0x39, left, right), `cmp ${text(left)}, ${text(right)}`, '')
      jump([0x0f, 0x84], 'je', to, comment)
    },
    call: (to, comment) => jump([0xe8], 'call', to, comment),
    back: (comment) => emit([0xc3], 'ret', comment),
    pause: (comment) => emit([0xf3, 0x90], 'pause', comment),
    systemCall: (comment) => emit([0x0f, 0x05], 'syscall', comment),
  }
}
