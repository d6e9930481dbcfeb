// The assembler for AArch64: each method is one instruction of executor/assembler.ts, encoded as in the Arm
// Architecture Reference Manual, section C6.2. Every instruction is one 32-bit word.

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

/** Numbers of the registers. The system call ABI fixes a0…a5, number and result; the C ABI fixes p0…p5. */
const REGISTERS: { readonly [name in Register]: number } = {
  request: 19,
  reply: 20,
  index: 21,
  entry: 22,
  slot: 23,
  seen: 24,
  number: 8,
  result: 0,
  temp: 9,
  a0: 0,
  a1: 1,
  a2: 2,
  a3: 3,
  a4: 4,
  a5: 5,
  p0: 0,
  p1: 1,
  p2: 2,
  p3: 3,
  p4: 4,
  p5: 5,
}

/** What the C caller expects to find unchanged, and the return address x30. */
const FRAME = [19, 20, 21, 22, 23, 24, 30]
/** The stack pointer must stay a multiple of 16. */
const FRAME_SIZE = 64
const ZERO = 31
const STACK = 31

const x = (register: Register) => REGISTERS[register]
const text = (register: Register) => `x${REGISTERS[register]}`
const show = (at: At) => `[${text(at.base)}, #${at.offset}]`

/** Opcode and access size of the loads and stores with an unsigned, scaled 12-bit offset. */
const LOADS = { 8: [0x39400000, 1], 16: [0x79400000, 2], 32: [0xb9400000, 4], 64: [0xf9400000, 8] } as const
const STORES = { 32: [0xb9000000, 4], 64: [0xf9000000, 8] } as const
const LOAD_NAMES = { 8: 'ldrb', 16: 'ldrh', 32: 'ldr.32', 64: 'ldr' } as const

/** Scaled offset field of a load or store. */
function scaled(offset: number, size: number): number {
  if (offset % size !== 0) throw new RangeError(`Offset ${offset} is no multiple of ${size}`)
  return unsigned(offset / size)
}

/** The immediate field of a load, a store or an addition. */
function unsigned(value: number): number {
  if (value < 0 || value > 4095) throw new RangeError(`Number ${value} does not fit into 12 bits`)
  return value << 10
}

/** A distance in bytes as a field of `bits` bits that counts instructions, at bit `shift`. */
function field(distance: number, bits: number, shift: number): number {
  const words = distance / 4
  if (words < -(2 ** (bits - 1)) || words >= 2 ** (bits - 1)) throw new RangeError(`Target is ${distance} bytes away`)
  return (words & ((1 << bits) - 1)) << shift
}

/** The one or two words that put a constant into a register: MOVN for −1…−65536, else MOVZ and MOVK. */
function constant(to: Register, value: number): readonly { readonly word: number; readonly line: string }[] {
  verifyConstant(value)
  if (value < 0) return [{ word: 0x92800000 | ((~value & 0xffff) << 5) | x(to), line: `mov ${text(to)}, #${value}` }]
  const [lower, upper] = [value & 0xffff, value >>> 16]
  const first = { word: 0xd2800000 | (lower << 5) | x(to), line: `mov ${text(to)}, #${shown(lower)}` }
  if (upper === 0) return [first]
  return [first, { word: 0xf2a00000 | (upper << 5) | x(to), line: `movk ${text(to)}, #${shown(upper)}, lsl #16` }]
}

const emitter = (listing: Listing) => (word: number, line: string, comment: string) =>
  listing.emit(littleEndian(word), line, comment)

const emitterTo =
  (listing: Listing) => (target: string, line: string, comment: string, word: (distance: number) => number) =>
    listing.emitTo(target, { size: 4, text: line, comment, complete: (distance) => littleEndian(word(distance)) })

const framer = (listing: Listing) => (opcode: number, name: string) => {
  const emit = emitter(listing)
  for (const [i, register] of FRAME.entries())
    emit(opcode | scaled(i * 8, 8) | (STACK << 5) | register, `${name} x${register}, [sp, #${i * 8}]`, '')
}

/** How the functions of the program are entered and left. */
function frames(listing: Listing): Pick<Assembler, 'enter' | 'leave' | 'call' | 'back'> {
  const emit = emitter(listing)
  const emitTo = emitterTo(listing)
  const frame = framer(listing)
  return {
    enter: (comment) => {
      emit(0xd1000000 | (FRAME_SIZE << 10) | (STACK << 5) | STACK, `sub sp, sp, #${FRAME_SIZE}`, comment)
      frame(STORES[64][0], 'str')
    },
    leave: (comment) => {
      frame(LOADS[64][0], 'ldr')
      emit(0x91000000 | (FRAME_SIZE << 10) | (STACK << 5) | STACK, `add sp, sp, #${FRAME_SIZE}`, comment)
      emit(0xd65f03c0, 'ret', '')
    },
    call: (to, comment) => emitTo(to, `bl ${to}`, comment, (distance) => 0x94000000 | field(distance, 26, 0)),
    back: (comment) => emit(0xd65f03c0, 'ret', comment),
  }
}

/** Loads, stores, and what lies in the program itself. */
function memoryAccess(
  listing: Listing,
): Pick<Assembler, 'load' | 'store' | 'loadAcquire' | 'storeRelease' | 'loadWord' | 'address' | 'word'> {
  const emit = emitter(listing)
  const emitTo = emitterTo(listing)
  return {
    load: (bits, to, from, comment) => {
      const [opcode, size] = LOADS[bits]
      const line = `${LOAD_NAMES[bits]} ${text(to)}, ${show(from)}`
      emit(opcode | scaled(from.offset, size) | (x(from.base) << 5) | x(to), line, comment)
    },
    store: (bits, from, to, comment) => {
      const [opcode, size] = STORES[bits]
      const line = `${bits === 64 ? 'str' : 'str.32'} ${text(from)}, ${show(to)}`
      emit(opcode | scaled(to.offset, size) | (x(to.base) << 5) | x(from), line, comment)
    },
    loadAcquire: (to, base, comment) =>
      emit(0x88dffc00 | (x(base) << 5) | x(to), `ldar.32 ${text(to)}, [${text(base)}]`, comment),
    storeRelease: (from, base, comment) =>
      emit(0x889ffc00 | (x(base) << 5) | x(from), `stlr.32 ${text(from)}, [${text(base)}]`, comment),
    loadWord: (to, label, comment) =>
      emitTo(label, `ldr.32 ${text(to)}, ${label}`, comment, (distance) => 0x18000000 | field(distance, 19, 5) | x(to)),
    address: (to, label, comment) =>
      emitTo(
        label,
        `adr ${text(to)}, ${label}`,
        comment,
        (d) => 0x10000000 | ((d & 3) << 29) | field(d, 19, 5) | x(to),
      ),
    word: (value, comment) => emit(value, `.word ${shown(value)}`, comment),
  }
}

/** What happens in registers. */
function arithmetic(listing: Listing): Pick<Assembler, 'move' | 'set' | 'add' | 'shiftLeft' | 'negate'> {
  const emit = emitter(listing)
  return {
    move: (to, from, comment) => {
      // An alias of the same register needs no instruction.
      if (x(to) !== x(from))
        emit(0xaa000000 | (x(from) << 16) | (ZERO << 5) | x(to), `mov ${text(to)}, ${text(from)}`, comment)
    },
    set: (to, value, comment) => {
      for (const [i, { word, line }] of constant(to, value).entries())
        emit(word, line, i === 0 ? comment : `together ${shown(value)}`)
    },
    add: (to, from, comment) => {
      if (typeof from === 'string')
        emit(
          0x8b000000 | (x(from) << 16) | (x(to) << 5) | x(to),
          `add ${text(to)}, ${text(to)}, ${text(from)}`,
          comment,
        )
      else if (from < 0)
        emit(0xd1000000 | unsigned(-from) | (x(to) << 5) | x(to), `sub ${text(to)}, ${text(to)}, #${-from}`, comment)
      else emit(0x91000000 | unsigned(from) | (x(to) << 5) | x(to), `add ${text(to)}, ${text(to)}, #${from}`, comment)
    },
    shiftLeft: (to, count, comment) =>
      emit(
        0xd3400000 | (((64 - count) % 64) << 16) | ((63 - count) << 10) | (x(to) << 5) | x(to),
        `lsl ${text(to)}, ${text(to)}, #${count}`,
        comment,
      ),
    negate: (register, comment) =>
      emit(
        0xcb000000 | (x(register) << 16) | (ZERO << 5) | x(register),
        `neg ${text(register)}, ${text(register)}`,
        comment,
      ),
  }
}

/** Where the program goes on. */
function control(
  listing: Listing,
): Pick<Assembler, 'jump' | 'jumpIfZero' | 'jumpIfNegative' | 'jumpIfEqual' | 'pause' | 'trap' | 'systemCall'> {
  const emit = emitter(listing)
  const emitTo = emitterTo(listing)
  return {
    jump: (to, comment) => emitTo(to, `b ${to}`, comment, (distance) => 0x14000000 | field(distance, 26, 0)),
    jumpIfZero: (register, to, comment) =>
      emitTo(to, `cbz ${text(register)}, ${to}`, comment, (d) => 0xb4000000 | field(d, 19, 5) | x(register)),
    jumpIfNegative: (register, to, comment) =>
      emitTo(to, `tbnz ${text(register)}, #63, ${to}`, comment, (d) => 0xb7f80000 | field(d, 14, 5) | x(register)),
    jumpIfEqual: (left, right, to, comment) => {
      emit(0xeb000000 | (x(right) << 16) | (x(left) << 5) | ZERO, `cmp ${text(left)}, ${text(right)}`, '')
      emitTo(to, `b.eq ${to}`, comment, (distance) => 0x54000000 | field(distance, 19, 5))
    },
    pause: (comment) => emit(0xd503203f, 'yield', comment),
    trap: (comment) => emit(0x00000000, 'udf #0', comment),
    systemCall: (comment) => emit(0xd4000001, 'svc #0', comment),
  }
}

/** Makes an assembler; `finish` gives the code. */
export function assembleArm64(): Assembler & { finish(): ListedCode; listing: Listing } {
  const listing = new Listing()
  return {
    listing,
    finish: () => listing.finish(),
    label: (name) => listing.label(name),
    ...frames(listing),
    ...memoryAccess(listing),
    ...arithmetic(listing),
    ...control(listing),
  }
}
