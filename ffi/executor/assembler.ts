// What the program of the executor is written in: a dozen instructions that both architectures have, over registers
// with names. An assembler turns each into bytes and into a line of the listing. It knows no system call but by number.

/** Registers that survive a system call. */
export type SavedRegister = 'request' | 'reply' | 'index' | 'entry' | 'slot' | 'seen'
/** Registers that a system call may destroy. */
export type ArgumentRegister = 'a0' | 'a1' | 'a2' | 'a3' | 'a4' | 'a5'
/** Where a function of the program finds what the C caller gave it. */
export type ParameterRegister = 'p0' | 'p1' | 'p2' | 'p3' | 'p4' | 'p5'
export type Register = SavedRegister | ArgumentRegister | ParameterRegister | 'number' | 'result' | 'temp'

/** One line of the listing: what stands at which offset, in the assembler's language and in ours. */
export interface Line {
  readonly offset: number
  readonly bytes: readonly number[]
  readonly text: string
  readonly comment: string
}

/** The instructions. `comment` says why, and stands beside the instruction in the listing. */
export interface Assembler {
  label(name: string): void
  /** Saves every SavedRegister and the return address: the program is called from C. */
  enter(comment: string): void
  /** Undoes `enter` and returns. */
  leave(comment: string): void
  move(to: Register, from: Register, comment: string): void
  /** Puts a constant of −65536 … 2³¹ − 1 into a register, sign-extended. */
  set(to: Register, value: number, comment: string): void
  load(bits: 8 | 16 | 32 | 64, to: Register, from: At, comment: string): void
  store(bits: 32 | 64, from: Register, to: At, comment: string): void
  /** A load that no later load may overtake; the address is the register itself. */
  loadAcquire(to: Register, base: Register, comment: string): void
  /** A store that no earlier store may be overtaken by; the address is the register itself. */
  storeRelease(from: Register, base: Register, comment: string): void
  /** Loads 32 bits that lie at a label of the program. */
  loadWord(to: Register, label: string, comment: string): void
  /** The address of a label of the program. */
  address(to: Register, label: string, comment: string): void
  /** Puts 32 bits at this place of the program; their offset is `offsetOf` the label before them. */
  word(value: number, comment: string): void
  /** Adds a register, or a constant of −4095 … 4095. */
  add(to: Register, from: Register | number, comment: string): void
  shiftLeft(to: Register, count: number, comment: string): void
  negate(register: Register, comment: string): void
  jump(to: string, comment: string): void
  jumpIfZero(register: Register, to: string, comment: string): void
  jumpIfNegative(register: Register, to: string, comment: string): void
  jumpIfEqual(left: Register, right: Register, to: string, comment: string): void
  call(to: string, comment: string): void
  back(comment: string): void
  /** Tells the processor that this is a loop that waits. */
  pause(comment: string): void
  /** Ends the process by SIGILL. */
  trap(comment: string): void
  systemCall(comment: string): void
}

/** A place in memory: a register and a distance in bytes (0 … 4095, a multiple of the access size). */
export interface At {
  readonly base: Register
  readonly offset: number
}

/** A finished program. */
export interface Code {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Takes a label, gives its byte offset; an unknown label is a RangeError. */
  offsetOf(label: string): number
}

/** A finished program, with what people read. */
export interface ListedCode extends Code {
  readonly lines: readonly Line[]
  /** Every label with its byte offset. */
  labels(): Iterable<readonly [name: string, offset: number]>
}

/** An instruction that cannot be encoded yet. */
export interface Pending extends Pick<Line, 'text' | 'comment'> {
  /** How many bytes it will have. */
  readonly size: number
  /** Takes the distance in bytes from the start of the instruction to the label, gives its bytes. */
  complete(distance: number): readonly number[]
}

/** A place in the code where a jump will be completed once its target is known. */
interface Jump {
  readonly line: number
  readonly target: string
  complete(distance: number): readonly number[]
}

/** Collects lines and completes jumps; the part that both assemblers share. */
export class Listing {
  readonly #lines: Line[] = []
  readonly #labels = new Map<string, number>()
  readonly #jumps: Jump[] = []
  #offset = 0

  label(name: string): void {
    if (this.#labels.has(name)) throw new RangeError(`Label "${name}" stands twice`)
    this.#labels.set(name, this.#offset)
  }

  emit(bytes: readonly number[], text: string, comment: string): void {
    this.#lines.push({ offset: this.#offset, bytes, text, comment })
    this.#offset += bytes.length
  }

  /** Emits an instruction whose bytes depend on where a label will stand. */
  emitTo(target: string, { size, text, comment, complete }: Pending): void {
    this.#jumps.push({ line: this.#lines.length, target, complete })
    this.emit(new Array<number>(size).fill(0), text, comment)
  }

  finish(): ListedCode {
    for (const jump of this.#jumps) {
      const line = this.#lines[jump.line]!
      this.#lines[jump.line] = { ...line, bytes: jump.complete(this.#offsetOf(jump.target) - line.offset) }
    }
    return {
      bytes: new Uint8Array(this.#lines.flatMap((line) => line.bytes)),
      lines: this.#lines,
      offsetOf: (label) => this.#offsetOf(label),
      labels: () => this.#labels,
    }
  }

  /** The labels that stand at an offset, for the printed listing. */
  labelsAt(offset: number): string[] {
    return [...this.#labels].filter(([, at]) => at === offset).map(([name]) => name)
  }

  #offsetOf(label: string): number {
    const offset = this.#labels.get(label)
    if (offset === undefined) throw new RangeError(`Label "${label}" does not stand anywhere`)
    return offset
  }
}

/** Throws unless a constant is one that `set` takes on every architecture. */
export function verifyConstant(value: number): void {
  if (value < -0x1_0000 || value > 0x7fff_ffff) throw new RangeError(`Constant ${value} does not fit`)
}

/** Takes a constant, gives it as the listing shows it: addresses and sizes in hexadecimal. */
export function shown(value: number): string {
  return value < 0x1000 ? String(value) : `0x${value.toString(16)}`
}

/** Takes 32 bits, gives the four bytes as both architectures store them. */
export function littleEndian(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff]
}
