// Performs calls in a task, many at a time. A call whose result TypeScript must see is made at once, with everything
// that was queued before it; the others (they open a file, or give nothing) wait for it or for `flush`. So the same
// function body costs one round trip here and none of its lines knows it.

import { Arena, ArenaFull, type Room } from '../arena.ts'
import { type Call, type TaskSys, tolerates, type Where } from '../call.ts'
import { close } from '../calls/descriptor.ts'
import { underWay } from '../context.ts'
import { SyscallError } from '../error.ts'
import { REQUEST, SKIPPED } from '../executor/layout.ts'
import { Fd, type FdOwner } from '../fd.ts'
import { errnoName } from '../errno.ts'
import { absent, opened } from './here.ts'

/** What a batch needs of a task: its name for messages, its arena, and the round trip itself. */
export interface Executor {
  readonly where: string
  readonly arena: Arena
  /** Hands the arena over and waits until the batch is done. Throws when the task is dead. */
  exchange(): void
}

interface Queued {
  readonly call: Call<unknown>
  readonly rooms: readonly Room[]
  readonly fd: Fd | undefined
  readonly actions: readonly string[]
}

/** Calls with results in one batch: each may want a page of the reply area. */
const AT_ONCE = 64

/** The queue of one task. */
export class Batch implements FdOwner {
  readonly #executor: Executor
  #queue: Queued[] = []
  #names = new Map<Fd, number>()
  /** After a failure the task is in a state that nobody has thought of: it can only be ended. */
  #broken = false
  readonly sys: TaskSys

  constructor(executor: Executor) {
    this.#executor = executor
    executor.arena.reset()
    this.sys = Object.assign(<R>(call: Call<R>) => this.#perform(call), {
      all: <R>(calls: readonly Call<R>[]) => this.#all(calls),
      flush: () => this.flush(),
    })
  }

  get where(): string {
    return this.#executor.where
  }

  /** Makes every queued call. Throws the SyscallError of the first that failed. */
  flush(): void {
    if (this.#queue.length > 0) this.#run()
  }

  close(fd: Fd): void {
    if (!this.#broken && !(this.#settled(fd) && fd.missing)) this.#add(close(fd))
  }

  /**
   * Hands over what is queued without waiting: for the last batch, which ends with execve(2). Its results are lost, and
   * so is the task to us.
   */
  post(hand: (arena: Arena) => void): void {
    this.#executor.arena.seal()
    hand(this.#executor.arena)
    this.#queue = []
    this.#broken = true
  }

  #settled(fd: Fd): boolean {
    return !fd.queued
  }

  #perform<R>(call: Call<R>): R {
    if (this.#broken) throw new RangeError(`Cannot make ${call.name} in ${this.where}: an earlier call failed`)
    if (this.#namesMissing(call)) return absent(call, this)
    const fd = call.result.kind === 'descriptor' ? new Fd(this, call.label()) : undefined
    const index = this.#add(call, fd)
    if (fd !== undefined) return opened(fd)
    if (call.result.kind === 'nothing') return absent(call, this)
    return this.#now(call, index)
  }

  /** Only descriptors that are known already: asking a queued one would end the batch for nothing. */
  #namesMissing(call: Call<unknown, Where>): boolean {
    return call.operands().some((operand) => operand instanceof Fd && this.#settled(operand) && operand.missing)
  }

  #add(call: Call<unknown>, fd?: Fd): number {
    try {
      return this.#enqueue(call, fd)
    } catch (error) {
      if (!(error instanceof ArenaFull) || this.#queue.length === 0) throw error
      this.#run()
      return this.#enqueue(call, fd)
    }
  }

  #enqueue(call: Call<unknown>, fd: Fd | undefined): number {
    const { index, rooms } = this.#executor.arena.add(call, (named) => this.#reference(named))
    this.#queue.push({ call, rooms, fd, actions: underWay() })
    if (fd !== undefined) this.#names.set(fd, index)
    return index
  }

  #reference(fd: Fd): number | undefined {
    if (fd.owner !== this) throw new RangeError(`Descriptor ${fd} belongs to ${fd.owner.where}, not to ${this.where}`)
    return this.#names.get(fd)
  }

  #now<R>(call: Call<R>, index: number): R {
    const queue = this.#queue
    this.#run()
    return this.#decode(call, queue[index], index)
  }

  /** As many as fit into one batch at a time: a flush in between would overwrite what has not been read. */
  #all<R>(calls: readonly Call<R>[]): R[] {
    const results: R[] = []
    for (let i = 0; i < calls.length; i += AT_ONCE) {
      if (this.#queue.length + AT_ONCE > REQUEST.capacity) this.flush()
      const some = calls.slice(i, i + AT_ONCE)
      const indices = some.map((call) => (this.#namesMissing(call) ? undefined : this.#enqueue(call, undefined)))
      const queue = this.#queue
      this.flush()
      for (const [at, call] of some.entries()) {
        const index = indices[at]
        results.push(index === undefined ? absent(call, this) : this.#decode(call, queue[index], index))
      }
    }
    return results
  }

  #decode<R>(call: Call<R>, queued: Queued | undefined, index: number): R {
    const { arena } = this.#executor
    const raw = arena.result(index)
    if (raw < 0) return absent(call, this)
    const rooms = (queued?.rooms ?? []).map((room) => arena.read(room))
    return call.result.decode(raw, rooms, (number, label) => new Fd(this, label, number))
  }

  /** One round trip. */
  #run(): void {
    const { arena } = this.#executor
    const queue = this.#queue
    this.#queue = []
    this.#names = new Map()
    arena.seal()
    try {
      this.#executor.exchange()
      this.#settle(queue)
    } catch (error) {
      this.#broken = true
      throw error
    } finally {
      arena.reset()
    }
  }

  /** Gives the descriptors their numbers, finds the failure if there is one. */
  #settle(queue: readonly Queued[]): void {
    const { arena } = this.#executor
    for (const [index, { call, fd, actions }] of queue.entries()) {
      const raw = index < arena.done ? arena.result(index) : SKIPPED
      fd?.settle(raw < 0 ? 'missing' : raw)
      const last = index === arena.done - 1
      if (last && raw < 0 && raw !== SKIPPED && !tolerates(call, errnoName(-raw)))
        throw new SyscallError({ syscall: call.name, call: call.show(), errno: -raw, where: this.where, actions })
    }
  }
}
