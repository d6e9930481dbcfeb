// The idea of bunc: a system call is a value, and who performs it is a parameter. A call knows its name, how its
// arguments become registers, how a person reads them, and what its result means. It does not know who will perform it.

import type { Errno } from './errno.ts'
import { Fd } from './fd.ts'
import { MACHINE } from './machine.ts'
import { ARM64 } from './numbers/arm64.ts'
import { X64 } from './numbers/x64.ts'
import type { Fields, Given, Struct } from './struct.ts'

const NUMBERS = MACHINE === 'x64' ? X64 : ARM64

/** A system call by its kernel name. */
export type SyscallName = keyof typeof X64

/**
 * Where a call may be made. `task`: it changes one thread's identity (unshare, setns, capset, seccomp…), which is
 * refused or half done in a process with threads such as bunc, so only a task may make it.
 */
export type Where = 'anywhere' | 'task'

/** One argument register: an integer, or a descriptor that the performer turns into one. */
export type Word = number | bigint | Fd

/** Where arguments that are pointers find their bytes. Addresses are those of the process that makes the call. */
export interface Memory {
  /** Fills the next register of the call. */
  word(value: Word): void
  /** Takes text without NUL, gives the address of its UTF-8 bytes and a NUL after them. */
  text(value: string): number
  /** Takes bytes, gives their address. */
  bytes(value: Uint8Array): number
  /** Takes a structure and some of its fields, gives its address; the others are zero. */
  structure<F extends Fields>(layout: Struct<F>, values: Given<F>): number
  /** Takes a size in bytes, gives the address of room for the kernel to write; the result decoder gets it. Zeroed. */
  room(size: number, initial?: Uint8Array): number
  /** As `room`, for a call that returns how many bytes it has written: the others are neither zeroed nor decoded. */
  space(size: number): number
  /** The number of a descriptor, for structures that hold one. */
  descriptor(fd: Fd): number
  /** The address at which the result of this call will lie; that of the call before it lies 8 bytes below. */
  readonly nextResult: number
}

/** What became of a call: what the kernel returned (−errno for a failure), or why nobody knows. */
export type Outcome = number | 'not made' | 'unknown'

/** One kind of argument: how it becomes words, and how it reads. */
export interface Kind<T> {
  encode(value: T, memory: Memory): Word | readonly Word[]
  show(value: T): string
  /** Whether it takes no argument and only fills registers: see `hidden`. */
  readonly hidden?: true
}

/** What a result means. Only a `value` must be seen by TypeScript at once; the others can wait in a batch. */
export interface Result<R> {
  readonly kind: 'descriptor' | 'nothing' | 'value'
  /** Takes what the kernel returned and the rooms it wrote; `adopt` makes an owned Fd from a number in a structure. */
  decode(raw: number, rooms: readonly DataView[], adopt: (number: number, label: string) => Fd): R
  show(value: R): string
}

/** A system call with its arguments. */
export interface Call<R, W extends Where = Where> {
  readonly name: SyscallName
  /** Its number on this architecture. */
  readonly number: number
  readonly where: W
  /** Failures that the caller declared harmless. */
  readonly tolerated: readonly Errno[] | 'any'
  /** Whether this is the fork of a task: the parent ends with this call, the child goes on. */
  readonly forks: boolean
  readonly result: Result<R>
  /** Told what became of the call as soon as that is known: a harmless failure is seen by nobody else. */
  readonly settled?: ((outcome: Outcome) => void) | undefined
  /** Fills its registers, and the memory that they point to. */
  encode(memory: Memory): void
  /** The arguments as the caller gave them. */
  operands(): readonly unknown[]
  /** As strace shows it. */
  show(): string
  /** What the descriptor that it opens should be called. */
  label(): string
  /** The same call, but for these changes. */
  but(changes: Changes): Call<R, W>
}

/** What can be changed of a call; what is left out stays. */
export interface Changes {
  readonly tolerated?: readonly Errno[] | 'any'
  readonly forks?: boolean
  readonly result?: Result<unknown>
  readonly settled?: ((outcome: Outcome) => void) | undefined
  readonly label?: string
}

/** Whoever performs calls. Errors are thrown as SyscallError, now or, in a batch, at the next `flush`. */
export interface Sys<W extends Where = 'anywhere'> {
  <R>(call: Call<R, W>): R
  /** Performs several calls whose results must be seen, in one round trip where that matters. */
  all<R>(calls: readonly Call<R, W>[]): R[]
  /** Asks for a value that may wait: gives what gives it, which performs what is queued if it must. */
  later<R>(call: Call<R, W>): () => R
  /** Performs what is queued; nothing to do where nothing queues. */
  flush(): void
}

/** Takes what performs one call at once, and what is to be done at a flush; gives the performer. */
export function atOnce<W extends Where>(perform: <R>(call: Call<R, W>) => R, flush: () => void = () => {}): Sys<W> {
  return Object.assign(perform, {
    all: <R>(calls: readonly Call<R, W>[]) => calls.map((call) => perform(call)),
    later: <R>(call: Call<R, W>) => {
      const value = perform(call)
      return () => value
    },
    flush,
  })
}

/** A performer that may also be asked for calls that change a thread's identity. */
export type TaskSys = Sys<Where>

/** What a tolerated call gives when it failed: a missing Fd, nothing, or undefined in place of a value. */
export type Tolerated<R> = R extends Fd | void ? R : R | undefined

/** The kinds of a call's arguments; a Kind<void> takes no argument but fills registers. */
type Kinds = readonly Kind<never>[]

/**
 * Defines a system call: one row. Takes its kernel name, one kind per argument in register order, what its result means,
 * and, for calls that only a task may make, `'task'`. Gives a function from the arguments to the call.
 */
export function syscall<A extends readonly unknown[], R, W extends Where = 'anywhere'>(
  name: SyscallName,
  kinds: Kinds,
  result: Result<R>,
  ...where: W extends 'task' ? ['task'] : []
): (...args: A) => Call<R, W> {
  const row: Row<R, W> = {
    ...{ name, number: NUMBERS[name], where: (where[0] ?? 'anywhere') as W, kinds, result },
    encoders: kinds.map(({ encode }) => encode),
    operands: operandsOf(kinds),
  }
  return (...args) => new SystemCall(row, args)
}

/** What all calls of one function have in common. */
interface Row<R, W extends Where> {
  readonly name: SyscallName
  readonly number: number
  readonly where: W
  readonly kinds: Kinds
  readonly result: Result<R>
  /** Of each kind its own, and which argument it takes: they are looked up hundreds of times. */
  readonly encoders: readonly Kind<never>['encode'][]
  readonly operands: readonly number[]
}

/** What a kind takes that takes no argument. */
const NO_OPERAND = -1

function operandsOf(kinds: Kinds): number[] {
  let next = 0
  return kinds.map(({ hidden }) => (hidden === true ? NO_OPERAND : next++))
}

// Hundreds of calls are made and encoded before a container runs, by code that is compiled simply or not at all: plain loops
// that fill registers at once are several times as fast here as `map`, `flat` and the arrays that they make. And a field is
// `private` where the hot classes of ffi/ have one, not `#`: the engine needs twice the time for those, and more memory.

/** A class, for hundreds are made: its methods are shared. */
class SystemCall<R, W extends Where> implements Call<R, W> {
  tolerated: readonly Errno[] | 'any' = NO_ERRNO
  forks = false
  result: Result<R>
  settled: ((outcome: Outcome) => void) | undefined
  private named: string | undefined
  private readonly row: Row<R, W>
  private readonly args: readonly unknown[]

  constructor(row: Row<R, W>, args: readonly unknown[]) {
    this.result = row.result
    this.row = row
    this.args = args
  }

  get name(): SyscallName {
    return this.row.name
  }

  get number(): number {
    return this.row.number
  }

  get where(): W {
    return this.row.where
  }

  but(changes: Changes): SystemCall<R, W> {
    const other = new SystemCall(this.row, this.args)
    other.tolerated = changes.tolerated ?? this.tolerated
    other.forks = changes.forks ?? this.forks
    other.result = (changes.result as Result<R> | undefined) ?? this.result
    other.settled = changes.settled ?? this.settled
    other.named = changes.label ?? this.named
    return other
  }

  encode(memory: Memory): void {
    const { encoders, operands } = this.row
    const { args } = this
    for (let i = 0; i < encoders.length; i++) {
      const encode = encoders[i] as Kind<unknown>['encode']
      const operand = operands[i] as number
      const encoded = encode(operand === NO_OPERAND ? undefined : args[operand], memory)
      if (typeof encoded === 'object' && !(encoded instanceof Fd))
        for (let k = 0; k < encoded.length; k++) memory.word(encoded[k] ?? 0)
      else memory.word(encoded)
    }
  }

  operands(): readonly unknown[] {
    return this.args
  }

  show(): string {
    return `${this.name}(${showAll(this.row.kinds, this.args)})`
  }

  label(): string {
    return this.named ?? labelOf(this.args) ?? this.name
  }
}

const NO_ERRNO: readonly Errno[] = []

function showAll(kinds: Kinds, args: readonly unknown[]): string {
  let next = 0
  const shown = (kinds as readonly Kind<unknown>[]).map((kind) =>
    kind.show(kind.hidden === true ? undefined : args[next++]),
  )
  return shown.filter((text) => text !== '').join(', ')
}

/** The first path, or what the first descriptor was opened for: a copy, or what is made of it, is the same thing. */
function labelOf(args: readonly unknown[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const value = args[i]
    if (typeof value === 'string' && value !== 'cwd' && value !== '') return value
  }
  return args.find((value) => value instanceof Fd)?.label
}

/** Defines a kind that takes no argument: constants, and room for results. `shown` is empty when it is not worth reading. */
export function hidden(encode: (memory: Memory) => Word | readonly Word[], shown = ''): Kind<never> {
  return { encode: (_, memory) => encode(memory), show: () => shown, hidden: true }
}

/** Takes a call, gives the same call, of which every failure is harmless. */
export function harmlessly<R, W extends Where>(call: Call<R, W>): Call<Tolerated<R>, W> {
  return call.but({ tolerated: 'any' }) as Call<Tolerated<R>, W>
}

/** Takes a call and a name, gives the same call, whose descriptor has this name in messages and traces. */
export function labelled<R, W extends Where>(call: Call<R, W>, label: string): Call<R, W> {
  return call.but({ label })
}

/** Whether a call's failure with this errno was declared harmless. */
export function tolerates(call: Call<unknown>, errno: string): boolean {
  return call.tolerated === 'any' || call.tolerated.some((name) => name === errno)
}

/** Takes a call and errnos, gives the same call, for which these failures are harmless. At most two in a batch. */
export function tolerating<R, W extends Where>(call: Call<R, W>, ...errnos: Errno[]): Call<Tolerated<R>, W> {
  return call.but({ tolerated: errnos }) as Call<Tolerated<R>, W>
}
