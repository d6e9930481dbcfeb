// Runs BPF programs in tests as the kernel would: classic ones over struct seccomp_data, extended ones over the context
// of a device check. Refuses what the kernel's checks refuse. Written from the kernel's documentation
// (networking/filter.rst, bpf/standardization/instruction-set.rst), not from the code under test.

const WORDS_OF_SECCOMP_DATA = 16
const MOST_INSTRUCTIONS = 4096
const NUMBER_AND_ARCHITECTURE = 8

/** struct seccomp_data as 32-bit words, which is how a filter reads it. */
export type SeccompData = Uint32Array

/** Takes a system call, gives the words of its struct seccomp_data. */
export function seccompData(
  number: number,
  audit: number,
  args: readonly bigint[] = [],
  bigEndian = false,
): SeccompData {
  const data = new Uint32Array(WORDS_OF_SECCOMP_DATA)
  data[0] = number
  data[1] = audit
  for (const [i, value] of args.entries()) setArgument(data, i, value, bigEndian)
  return data
}

/** Puts one argument into struct seccomp_data, its halves in the order of the machine. */
export function setArgument(data: SeccompData, index: number, value: bigint, bigEndian = false) {
  data[4 + 2 * index + (bigEndian ? 0 : 1)] = Number(BigInt.asUintN(32, value >> 32n))
  data[4 + 2 * index + (bigEndian ? 1 : 0)] = Number(BigInt.asUintN(32, value))
}

/** A classic program that can be run. `steps` and `looked` tell of the last run. */
export interface ClassicProgram {
  readonly code: Uint16Array
  readonly jt: Uint8Array
  readonly jf: Uint8Array
  readonly k: Uint32Array
  /** How many instructions it took. */
  steps: number
  /** Whether it read more than the number and the architecture: then the kernel cannot remember the verdict. */
  looked: boolean
}

/** Takes the bytes of a classic program, gives it ready to run. Throws where seccomp(2) would say EINVAL. */
export function classicProgram(bytes: Uint8Array, littleEndian = true): ClassicProgram {
  const length = bytes.length / 8
  const program: ClassicProgram = {
    code: new Uint16Array(length),
    jt: new Uint8Array(length),
    jf: new Uint8Array(length),
    k: new Uint32Array(length),
    steps: 0,
    looked: false,
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < length; i++) {
    program.code[i] = view.getUint16(i * 8, littleEndian)
    program.jt[i] = view.getUint8(i * 8 + 2)
    program.jf[i] = view.getUint8(i * 8 + 3)
    program.k[i] = view.getUint32(i * 8 + 4, littleEndian)
  }
  checkClassic(program)
  return program
}

/** The instructions that a filter may hold of those that the kernel knows: the others would be a surprise. */
const CLASSIC_CODES: ReadonlySet<number> = new Set([0x20, 0x54, 0x05, 0x15, 0x25, 0x35, 0x45, 0x06])

function checkClassic({ code, jt, jf, k }: ClassicProgram) {
  const last = code.length - 1
  if (last < 0 || last >= MOST_INSTRUCTIONS) throw new Error(`A program of ${last + 1} instructions`)
  if (code[last] !== 0x06) throw new Error('The last instruction is not a return')
  for (const [i, operation] of code.entries()) {
    if (!CLASSIC_CODES.has(operation)) throw new Error(`Instruction ${i} has the unknown code ${operation}`)
    const farthest = operation === 0x05 ? (k[i] ?? 0) : Math.max(jt[i] ?? 0, jf[i] ?? 0)
    if ((operation & 7) === 5 && i + 1 + farthest > last) throw new Error(`Instruction ${i} jumps out of the program`)
    if (operation !== 0x20) continue
    const offset = k[i] ?? 0
    if (offset % 4 !== 0 || offset >= WORDS_OF_SECCOMP_DATA * 4)
      throw new Error(`Instruction ${i} loads from ${offset}`)
  }
}

/** Takes a program and a system call, gives the verdict. */
export function runClassic(program: ClassicProgram, data: SeccompData): number {
  const { code, jt, jf, k } = program
  let accumulator = 0
  program.looked = false
  for (let i = 0, steps = 1; ; i++, steps++) {
    const operand = k[i] ?? 0
    const operation = code[i]
    let holds = false
    if (operation === 0x20) {
      accumulator = data[operand >>> 2] ?? 0
      if (operand >= NUMBER_AND_ARCHITECTURE) program.looked = true
      continue
    } else if (operation === 0x06) {
      program.steps = steps
      return operand
    } else if (operation === 0x05) {
      i += operand
      continue
    } else if (operation === 0x54) {
      accumulator = (accumulator & operand) >>> 0
      continue
    } else if (operation === 0x15) holds = accumulator === operand
    else if (operation === 0x25) holds = accumulator > operand
    else if (operation === 0x35) holds = accumulator >= operand
    else holds = (accumulator & operand) !== 0
    i += (holds ? jt[i] : jf[i]) ?? 0
  }
}

/**
 * Takes a classic program, says whether a comparison in it can meet another word than the one it is meant for: one that
 * depends on the way there, or the architecture where a number is asked for. libseccomp up to 2.6.1 makes such programs
 * of some profiles: it takes the accumulator for loaded where it is not.
 */
export function comparesWhatItDidNotLoad({ code, jt, jf, k }: ClassicProgram, audits: ReadonlySet<number>): boolean {
  const words: Set<number>[] = Array.from(code, () => new Set())
  words[0]?.add(-1)
  for (const [i, operation] of code.entries()) {
    const [held = new Set<number>(), operand = 0] = [words[i], k[i]]
    if (held.size === 0) continue
    const compares = (operation & 7) === 5 && operation !== 0x05
    if (compares && (held.size > 1 || held.has(-1) || (held.has(4) && !audits.has(operand)))) return true
    const leaves = operation === 0x20 ? [operand] : [...held]
    const next = compares ? [jt[i] ?? 0, jf[i] ?? 0] : operation === 0x06 ? [] : [operation === 0x05 ? operand : 0]
    for (const skipped of next) for (const word of leaves) words[i + 1 + skipped]?.add(word)
  }
  return false
}

/** struct bpf_cgroup_dev_ctx: what is asked (BPF_DEVCG_ACC_* << 16 | BPF_DEVCG_DEV_*) and of which device. */
export interface DeviceContext {
  readonly accessType: number
  readonly major: number
  readonly minor: number
}

interface ExtendedInstruction {
  readonly opcode: number
  readonly to: number
  readonly from: number
  readonly offset: number
  readonly imm: number
}

/** Takes the bytes of an extended program and a device check, gives R0 at the end. Throws where the verifier would. */
export function runExtended(bytes: Uint8Array, context: DeviceContext): number {
  const program = readExtended(bytes)
  const registers: (number | undefined)[] = []
  const fields = new Map([
    [0, context.accessType],
    [4, context.major],
    [8, context.minor],
  ])
  for (let i = 0; i < program.length; i++) {
    const { opcode, to, from, offset, imm } = program[i] ?? BROKEN
    const value = registers[to]
    if (opcode === 0x95) return known(registers[0])
    if (opcode === 0x61 && from === 1) registers[to] = known(fields.get(offset))
    else if (opcode === 0xb4) registers[to] = imm >>> 0
    else if (opcode === 0x54) registers[to] = (known(value) & imm) >>> 0
    else if (opcode === 0x74) registers[to] = known(value) >>> imm
    else if (opcode === 0x16) i += known(value) === imm >>> 0 ? offset : 0
    else if (opcode === 0x56) i += known(value) === imm >>> 0 ? 0 : offset
    else if (opcode === 0x46) i += (known(value) & imm) === 0 ? 0 : offset
    else throw new Error(`Instruction ${i} has the unknown opcode ${opcode}`)
  }
  throw new Error('The program runs off its end')
}

const BROKEN: ExtendedInstruction = { opcode: 0, to: 0, from: 0, offset: 0, imm: 0 }

function known(value: number | undefined): number {
  if (value === undefined) throw new Error('The program reads what nothing has set')
  return value
}

function readExtended(bytes: Uint8Array): readonly ExtendedInstruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({
    opcode: view.getUint8(i * 8),
    to: view.getUint8(i * 8 + 1) & 15,
    from: view.getUint8(i * 8 + 1) >> 4,
    offset: view.getInt16(i * 8 + 2, true),
    imm: view.getInt32(i * 8 + 4, true),
  }))
}

/**
 * Takes the bytes of an extended program, throws where the verifier would for its shape: an instruction that nothing
 * reaches, a jump backwards (a loop, to kernels before 5.3) or out of the program, an end without exit.
 */
export function verifyExtended(bytes: Uint8Array) {
  const program = readExtended(bytes)
  const reached = new Set([0])
  for (const [i, { opcode, offset }] of program.entries()) {
    if (!reached.has(i)) throw new Error(`Nothing reaches instruction ${i}`)
    if (opcode === 0x95) continue
    reached.add(i + 1)
    const jumps = opcode === 0x16 || opcode === 0x56 || opcode === 0x46
    if (jumps && offset < 0) throw new Error(`Instruction ${i} jumps backwards`)
    if (jumps) reached.add(i + 1 + offset)
  }
  if (Math.max(...reached) >= program.length) throw new Error('The program runs off its end')
}
