// An arena seen from bunc's side: it writes entries and their bytes into the request area and reads results from the
// reply area. What a task has written there is untrusted: only integers are read, and every offset is our own.

import type { Call, Memory, Word } from './call.ts'
import { ERRNO } from './numbers/errno.ts'
import { ANY_ERRNO, ENTRY, FORK, REPLY, REQUEST } from './executor/layout.ts'
import { type Fd, MISSING } from './fd.ts'
import type { Mapping } from './libc.ts'
import type { Fields, Given, Struct } from './struct.ts'
import { Window } from './window.ts'

const TWO_32 = 2 ** 32
/** What `add` gives for a call that is not to be made. */
export const NOT_ADDED = -1

/** In words of 32 bits: where entries begin, and their results, how large one is, and what is where in it. */
const FIRST_ENTRY = REQUEST.entries / 4
const FIRST_RESULT = REPLY.results / 4
const ENTRY_WORDS = ENTRY.size / 4
const NUMBER = ENTRY.number / 4
const TOLERATED = ENTRY.tolerated / 4
const ARGUMENTS = ENTRY.args / 4
const REFERENCES = ENTRY.references / 4
/** The flag of a fork in the second word of the references, which end before it. */
const FORKS = FORK << (8 * (ENTRY.flags - ENTRY.references - 4))
const NO_ROOMS: readonly Room[] = []

/** Thrown while a call is encoded: the arena has no room for it beside what is there already. */
export class ArenaFull extends Error {
  override readonly name = 'ArenaFull'
  constructor() {
    super(`Cannot pass the call to the kernel: ${REQUEST.size >> 20} MiB are not enough for its arguments`)
  }
}

/** A room in the reply area, by offset and size in bytes. */
export interface Room {
  readonly offset: number
  readonly size: number
  /** Whether the call returns how many of its bytes it has written. */
  readonly counted: boolean
}

/** How a call names the result of another call of the same batch: its index, or undefined for a known number. */
export type Reference = (fd: Fd) => number | undefined

/** Size of an arena in bytes. */
export const ARENA_SIZE = REQUEST.size + REPLY.size

/** The memory of one performer: entries, their bytes, their results. */
export class Arena implements Memory {
  /** Address of the request area in this process. */
  readonly request: number
  /** Address of the reply area in this process. */
  readonly reply: number
  private readonly asked: Window
  private readonly answered: Window
  /** What to add to an offset for the address in the process that makes the calls. */
  private readonly requestAt: number
  private readonly replyAt: number
  /** Of the call at hand: where its next register goes, and whether it names a descriptor that is missing. */
  private register = 0
  private namesMissing = false
  private top: number = REQUEST.space
  private replyTop: number = REPLY.space
  private reference: Reference = () => undefined
  /** How many entries there are, and how many of earlier batches there may be. */
  count = 0
  private used = 0
  /** The rooms that the results of the call go to that was added last. */
  rooms: readonly Room[] = NO_ROOMS

  /** Takes the memory, and the addresses of both areas in the process that makes the calls, when it is another one. */
  constructor(memory: Mapping, at?: { readonly request: number; readonly reply: number }) {
    this.asked = new Window(memory, 0, REQUEST.size)
    this.answered = new Window(memory, REQUEST.size, REPLY.size)
    this.request = memory.address
    this.reply = memory.address + REQUEST.size
    this.requestAt = at?.request ?? this.request
    this.replyAt = at?.reply ?? this.reply
  }

  /** How often executor and bunc look for news before they sleep. */
  set spins(value: number) {
    this.asked.u32[REQUEST.spins >> 2] = value
  }

  /** Takes milliseconds, gives the address of that time as the machine code hands it to futex(2). */
  timeout(milliseconds: number): number {
    const seconds = REQUEST.timeout >> 2
    this.asked.u32[seconds] = milliseconds / 1000
    this.asked.u32[seconds + 2] = (milliseconds % 1000) * 1e6
    return this.request + REQUEST.timeout
  }

  /** Begins a new batch. */
  reset(): void {
    this.used = Math.max(this.used, this.count)
    this.count = 0
    this.top = REQUEST.space
    this.replyTop = REPLY.space
    this.answered.u32[REPLY.done >> 2] = 0
  }

  /**
   * Adds a call to the batch. Takes the call and who knows which descriptors are results of this batch; gives its index, or
   * NOT_ADDED where it names a missing descriptor. Throws ArenaFull, and then nothing has been added.
   */
  add(call: Call<unknown>, reference: Reference): number {
    const index = this.count
    if (index === REQUEST.capacity) throw new ArenaFull()
    if (index === 0) this.clear()
    const top = this.top
    const replyTop = this.replyTop
    const { u32 } = this.asked
    const entry = FIRST_ENTRY + index * ENTRY_WORDS
    this.rooms = NO_ROOMS
    this.namesMissing = false
    this.reference = reference
    this.register = entry + ARGUMENTS
    u32[entry + NUMBER] = call.number
    if (call.tolerated.length > 0) u32[entry + TOLERATED] = toleratedWord(call)
    if (call.forks) this.forks(entry, FIRST_RESULT + 2 * index)
    try {
      call.encode(this)
    } catch (error) {
      this.takeBack(entry, top, replyTop)
      throw error
    }
    if (this.namesMissing) {
      this.takeBack(entry, top, replyTop)
      return NOT_ADDED
    }
    this.count = index + 1
    return index
  }

  /**
   * Makes the entries of earlier batches zero: a call writes to its own only what is not. Not before there is another batch:
   * a task that has forked may read its entry when its child has answered already.
   */
  private clear(): void {
    this.asked.u32.fill(0, FIRST_ENTRY, FIRST_ENTRY + this.used * ENTRY_WORDS)
    this.used = 0
  }

  private forks(entry: number, result: number): void {
    this.asked.u32[entry + REFERENCES + 1] = FORKS
    // The kernel keeps the pid as 32 bits: the upper half must be zero.
    this.answered.u32[result] = 0
    this.answered.u32[result + 1] = 0
  }

  private takeBack(entry: number, top: number, replyTop: number): void {
    this.asked.u32.fill(0, entry, entry + ENTRY_WORDS)
    this.top = top
    this.replyTop = replyTop
  }

  /** Makes the entries that `add` wrote ready to be performed. */
  seal(): void {
    this.asked.u32[REQUEST.count >> 2] = this.count
  }

  /** Says that nobody will wait for this batch, and which entry opens the file that is told if it fails. */
  sealLast(report: number): void {
    this.seal()
    this.asked.u32[REQUEST.last >> 2] = report + 1
  }

  /** How many entries were gone through, never more than there are. */
  get done(): number {
    return Math.min(this.answered.u32[REPLY.done >> 2] ?? 0, this.count)
  }

  /** What entry `index` returned: −errno for a failure. */
  result(index: number): number {
    const at = FIRST_RESULT + 2 * index
    const { i32, u32 } = this.answered
    return (i32[at + 1] ?? 0) * TWO_32 + (u32[at] ?? 0)
  }

  /** A copy of what the kernel wrote into a room, for a call that returned `raw`. */
  read({ offset, size, counted }: Room, raw: number): DataView {
    const { buffer, byteOffset } = this.answered.u8
    const start = byteOffset + offset
    return new DataView(buffer.slice(start, start + (counted ? Math.min(raw, size) : size)))
  }

  word(value: Word): void {
    const { u32 } = this.asked
    const at = this.register
    this.register = at + 2
    if (typeof value === 'number') {
      u32[at] = value
      // Nearly all are small; division is for addresses and sizes.
      if (value < 0 || value >= TWO_32) u32[at + 1] = Math.floor(value / TWO_32)
    } else if (typeof value === 'bigint') {
      u32[at] = Number(BigInt.asUintN(32, value))
      u32[at + 1] = Number(BigInt.asUintN(32, value >> 32n))
    } else {
      const { state } = value
      if (state === MISSING) this.namesMissing = true
      else {
        const named = this.reference(value)
        if (named !== undefined) this.refer(at, named)
        else u32[at] = state < 0 ? value.number : state
      }
    }
  }

  /** Says that a register of the entry at hand, by its place in words, is the result of an entry of the batch. */
  private refer(at: number, named: number): void {
    const entry = FIRST_ENTRY + this.count * ENTRY_WORDS
    this.asked.u8[4 * entry + ENTRY.references + (at - entry - ARGUMENTS) / 2] = named + 1
  }

  text(value: string): number {
    if (value === '') return this.requestAt + REQUEST.empty
    // The kernel would take what stands before the NUL for the whole text.
    if (value.includes('\0'))
      throw new RangeError(`Cannot pass ${JSON.stringify(value)} to the kernel: it contains NUL`)
    const start = this.top
    // Three bytes are the most that a UTF-16 unit can become.
    if (!this.asked.show(start + 3 * value.length + 1)) throw new ArenaFull()
    const { u8 } = this.asked
    const end = start + u8.write(value, start)
    u8[end] = 0
    this.top = aligned(end + 1)
    return this.requestAt + start
  }

  bytes(value: Uint8Array): number {
    const start = this.top
    if (!this.asked.show(start + value.length)) throw new ArenaFull()
    this.asked.u8.set(value, start)
    this.top = aligned(start + value.length)
    return this.requestAt + start
  }

  structure<F extends Fields>(layout: Struct<F>, values: Given<F>): number {
    const start = this.top
    const end = start + layout.size
    if (!this.asked.show(end)) throw new ArenaFull()
    const { u32 } = this.asked
    for (let at = start >> 2; at < (end + 3) >> 2; at++) u32[at] = 0
    layout.writeTo(this.asked, start, values)
    this.top = aligned(end)
    return this.requestAt + start
  }

  room(size: number, initial?: Uint8Array): number {
    const offset = this.reserve(size, false)
    // The kernel does not always write all of it.
    this.answered.u8.fill(0, offset, offset + size)
    if (initial !== undefined) this.answered.u8.set(initial, offset)
    return this.replyAt + offset
  }

  space(size: number): number {
    return this.replyAt + this.reserve(size, true)
  }

  private reserve(size: number, counted: boolean): number {
    const offset = this.replyTop
    if (!this.answered.show(offset + size)) throw new ArenaFull()
    this.replyTop = aligned(offset + size)
    const room = { offset, size, counted }
    this.rooms = this.rooms.length === 0 ? [room] : [...this.rooms, room]
    return offset
  }

  descriptor(fd: Fd): number {
    if (fd.state === MISSING) {
      this.namesMissing = true
      // Nobody sees it: the call is not made.
      return 0
    }
    // Its number is known after the batch that opens it: this call must go into the next one.
    if (this.reference(fd) !== undefined) throw new ArenaFull()
    return fd.number
  }

  get nextResult(): number {
    return this.replyAt + REPLY.results + 8 * this.count
  }
}

/** The two halves of an entry's tolerated errnos. */
function toleratedWord({ name, tolerated }: Call<unknown>): number {
  if (tolerated === 'any') return ANY_ERRNO
  if (tolerated.length > 2) throw new RangeError(`An entry has room for two harmless errnos, ${name} names more`)
  const first = tolerated[0]
  const second = tolerated[1]
  return (first === undefined ? 0 : ERRNO[first]) | ((second === undefined ? 0 : ERRNO[second]) << 16)
}

/** Structures that the kernel reads must lie at multiples of eight. */
const aligned = (offset: number) => (offset + 7) & ~7
