// The assembler for x86-64: each method is one instruction of executor/assembler.ts, encoded as in the Intel manual,
// volume 2. Memory operands always carry a 32-bit displacement: a few bytes more, one form less to verify.

import {
  type Assembler,
  type At,
  type ListedCode,
  Listing,
  littleEndian,
  type Register,
  shown,
  verifyConstant,
} from './assembler.ts'

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

/** The number of rsp, which has no name among the registers. */
const STACK = 4

/** Bytes of a memory operand [base + disp32]; rsp and r12 as base need an SIB byte that says "no index". */
function memory(reg: number, at: At): number[] {
  const sib = low(at.base) === STACK ? [0x24] : []
  return [modrm(2, reg, low(at.base)), ...sib, ...littleEndian(at.offset)]
}

const show = (at: At) => `[${text(at.base)}+0x${at.offset.toString(16)}]`

const LOADS: { readonly [bits in 8 | 16 | 32 | 64]: { wide: 0 | 1; opcode: number[]; text: string } } = {
  8: { wide: 0, opcode: [0x0f, 0xb6], text: 'movzx.8' },
  16: { wide: 0, opcode: [0x0f, 0xb7], text: 'movzx.16' },
  32: { wide: 0, opcode: [0x8b], text: 'mov.32' },
  64: { wide: 1, opcode: [0x8b], text: 'mov' },
}

type Emit = (bytes: readonly number[], line: string, comment: string) => void

const emitter = (listing: Listing): Emit => listing.emit.bind(listing)

const registers = (opcode: number, to: Register, from: Register) => [
  rex(1, high(from), high(to)),
  opcode,
  modrm(3, low(from), low(to)),
]

/** A jump or call with a 32-bit distance, which counts from the end of the instruction. */
const jumper = (listing: Listing) => (opcode: readonly number[], name: string, to: string, comment: string) => {
  const size = opcode.length + 4
  const complete = (distance: number) => [...opcode, ...littleEndian(distance - size)]
  listing.emitTo(to, { size, text: `${name} ${to}`, comment, complete })
}

const tester = (listing: Listing) => (register: Register) =>
  listing.emit(registers(0x85, register, register), `test ${text(register)}, ${text(register)}`, '')

const loader = (listing: Listing) => (bits: 8 | 16 | 32 | 64, to: Register, from: At, comment: string) => {
  const { wide, opcode, text: name } = LOADS[bits]
  const bytes = [rex(wide, high(to), high(from.base)), ...opcode, ...memory(low(to), from)]
  listing.emit(bytes, `${name} ${text(to)}, ${show(from)}`, comment)
}

const storer = (listing: Listing) => (bits: 32 | 64, from: Register, to: At, comment: string) => {
  const wide = bits === 64 ? 1 : 0
  const name = bits === 64 ? 'mov' : 'mov.32'
  const bytes = [rex(wide, high(from), high(to.base)), 0x89, ...memory(low(from), to)]
  listing.emit(bytes, `${name} ${show(to)}, ${text(from)}`, comment)
}

/** An instruction with an operand at a label: [rip + disp32], counted from its end. */
const relative =
  (listing: Listing) =>
  (opcode: readonly [wide: 0 | 1, code: number], to: Register, label: string, comment: string) => {
    const [wide, code] = opcode
    const complete = (distance: number) => [
      rex(wide, high(to), 0),
      code,
      modrm(0, low(to), 5),
      ...littleEndian(distance - RELATIVE_SIZE),
    ]
    const name = wide === 1 ? 'lea' : 'mov.32'
    listing.emitTo(label, { size: RELATIVE_SIZE, text: `${name} ${text(to)}, [rip:${label}]`, comment, complete })
  }

const RELATIVE_SIZE = 7

/** How the functions of the program are entered and left. */
function frames(listing: Listing): Pick<Assembler, 'enter' | 'leave' | 'call' | 'back'> {
  const emit = emitter(listing)
  const jump = jumper(listing)
  return {
    enter: (comment) => {
      for (const [i, register] of CALLEE_SAVED.entries())
        emit([rex(0, 0, high(register)), 0x50 | low(register)], `push ${text(register)}`, i === 0 ? comment : '')
    },
    leave: (comment) => {
      for (const [i, register] of CALLEE_SAVED.toReversed().entries())
        emit([rex(0, 0, high(register)), 0x58 | low(register)], `pop ${text(register)}`, i === 0 ? comment : '')
      emit([0xc3], 'ret', '')
    },
    call: (to, comment) => jump([0xe8], 'call', to, comment),
    back: (comment) => emit([0xc3], 'ret', comment),
  }
}

/** Loads, stores, and what lies in the program itself. */
function memoryAccess(
  listing: Listing,
): Pick<Assembler, 'load' | 'store' | 'loadAcquire' | 'storeRelease' | 'loadWord' | 'address' | 'word'> {
  const emit = emitter(listing)
  const load = loader(listing)
  const store = storer(listing)
  const at = relative(listing)
  return {
    load,
    store,
    // x86 keeps the order of loads and of stores: a plain access is enough.
    loadAcquire: (to, base, comment) => load(32, to, { base, offset: 0 }, comment),
    storeRelease: (from, base, comment) => store(32, from, { base, offset: 0 }, comment),
    loadWord: (to, label, comment) => at([0, 0x8b], to, label, comment),
    address: (to, label, comment) => at([1, 0x8d], to, label, comment),
    word: (value, comment) => emit(littleEndian(value), `.word ${shown(value)}`, comment),
  }
}

/** What happens in registers. */
function arithmetic(listing: Listing): Pick<Assembler, 'move' | 'set' | 'add' | 'shiftLeft' | 'negate'> {
  const emit = emitter(listing)
  return {
    move: (to, from, comment) => {
      // An alias of the same register needs no instruction.
      if (number(to) !== number(from)) emit(registers(0x89, to, from), `mov ${text(to)}, ${text(from)}`, comment)
    },
    set: (to, value, comment) => {
      verifyConstant(value)
      const bytes = [rex(1, 0, high(to)), 0xc7, modrm(3, 0, low(to)), ...littleEndian(value)]
      emit(bytes, `mov ${text(to)}, ${shown(value)}`, comment)
    },
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
  }
}

/** Where the program goes on. */
function control(
  listing: Listing,
): Pick<Assembler, 'jump' | 'jumpIfZero' | 'jumpIfNegative' | 'jumpIfEqual' | 'pause' | 'trap' | 'systemCall'> {
  const emit = emitter(listing)
  const jump = jumper(listing)
  const test = tester(listing)
  return {
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
    pause: (comment) => emit([0xf3, 0x90], 'pause', comment),
    trap: (comment) => emit([0x0f, 0x0b], 'ud2', comment),
    systemCall: (comment) => emit([0x0f, 0x05], 'syscall', comment),
  }
}

/** What only the program that wakes a snapshot is written in: it exists on x86-64 alone. */
export interface AssemblerX64 extends Assembler {
  stackTo(to: Register, comment: string): void
  storeStack(to: At, comment: string): void
  loadStack(from: At, comment: string): void
  jumpTo(register: Register, comment: string): void
  exclusiveOr(to: Register, from: Register, comment: string): void
  and(to: Register, from: Register, comment: string): void
  /** Keeps the bits that a constant has, which is sign-extended. */
  mask(register: Register, bits: number, comment: string): void
  shiftRight(to: Register, count: number, comment: string): void
  /** rep stosb: as many bytes as `temp` says, from the address in `a0` on, become the low byte of `result`. */
  fill(comment: string): void
  /** cpuid: the leaf is in `number`, its part in `temp`; the answers are in `number`, `slot`, `temp` and `a2`. */
  identify(comment: string): void
  /** xgetbv: which registers the system saves, with 0 in `temp`; the answer is in `number` and `a2`. */
  enabledStates(comment: string): void
}

/** The stack pointer, bits, and what the processor says of itself. */
function processor(listing: Listing): Omit<AssemblerX64, keyof Assembler> {
  const emit = emitter(listing)
  const stack = (opcode: number, at: At) => [rex(1, 0, high(at.base)), opcode, ...memory(STACK, at)]
  return {
    stackTo: (to, comment) =>
      emit([rex(1, 0, high(to)), 0x89, modrm(3, STACK, low(to))], `mov ${text(to)}, rsp`, comment),
    storeStack: (to, comment) => emit(stack(0x89, to), `mov ${show(to)}, rsp`, comment),
    loadStack: (from, comment) => emit(stack(0x8b, from), `mov rsp, ${show(from)}`, comment),
    jumpTo: (register, comment) =>
      emit([rex(0, 0, high(register)), 0xff, modrm(3, 4, low(register))], `jmp ${text(register)}`, comment),
    exclusiveOr: (to, from, comment) => emit(registers(0x31, to, from), `xor ${text(to)}, ${text(from)}`, comment),
    and: (to, from, comment) => emit(registers(0x21, to, from), `and ${text(to)}, ${text(from)}`, comment),
    mask: (register, bits, comment) =>
      emit(
        [rex(1, 0, high(register)), 0x81, modrm(3, 4, low(register)), ...littleEndian(bits)],
        `and ${text(register)}, ${shown(bits)}`,
        comment,
      ),
    shiftRight: (to, count, comment) =>
      emit([rex(1, 0, high(to)), 0xc1, modrm(3, 5, low(to)), count], `shr ${text(to)}, ${count}`, comment),
    fill: (comment) => emit([0xf3, 0xaa], 'rep.8 stos es:[rdi], al', comment),
    identify: (comment) => emit([0x0f, 0xa2], 'cpuid', comment),
    enabledStates: (comment) => emit([0x0f, 0x01, 0xd0], 'xgetbv', comment),
  }
}

/** Makes an assembler; `finish` gives the code. */
export function assembleX64(): AssemblerX64 & { finish(): ListedCode; listing: Listing } {
  const listing = new Listing()
  return {
    listing,
    finish: () => listing.finish(),
    label: (name) => listing.label(name),
    ...frames(listing),
    ...memoryAccess(listing),
    ...arithmetic(listing),
    ...control(listing),
    ...processor(listing),
  }
}
