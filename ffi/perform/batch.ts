// Performs calls in a task, many at a time. A call whose result TypeScript must see is made at once, with everything
// that was queued before it; the others (they open a file, or give nothing) wait for it or for `flush`. So the same
// function body costs one round trip here and none of its lines knows it.

import { Arena, ArenaFull, type Room } from '../arena.ts'
import { type Call, type Outcome, type TaskSys, tolerates, type Where } from '../call.ts'
import { close } from '../calls/descriptor.ts'
import { underWay } from '../context.ts'
import { SyscallError } from '../error.ts'
import { SKIPPED } from '../executor/layout.ts'
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

/** What is done with a result that is no failure. */
type Take = (raw: number, rooms: readonly DataView[]) => void

interface Queued {
  readonly call: Call<unknown>
  readonly rooms: readonly Room[]
  readonly fd: Fd | undefined
  readonly take: Take
  readonly actions: readonly string[]
}

/** The queue of one task. */
export class Batch implements FdOwner {
  readonly #executor: Executor
  #queue: Queued[] = []
  #names = new Map<Fd, number>()
  /** After a failure the task is in a state that nobody has thought of: it can only be ended. So is one that is gone. */
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
    if (!this.#broken && (fd.queued || !fd.missing)) this.#add(close(fd))
  }

  /**
   * Hands over what is queued without waiting: for the last batch, which ends with execve(2). If it fails, the executor
   * writes its result (8 bytes, −errno) to `report`, a descriptor that this batch opens, and exits.
   */
  post(report: Fd, hand: (arena: Arena) => void): void {
    const entry = this.#names.get(report)
    if (entry === undefined)
      throw new RangeError(`Descriptor ${report} is not opened by the last batch of ${this.where}`)
    this.#executor.arena.sealLast(entry)
    hand(this.#executor.arena)
    this.#drop('unknown')
  }

  /** The task is gone, or will be: what is queued is not made, and nothing more is accepted. */
  end(): void {
    this.#drop('not made')
  }

  #perform<R>(call: Call<R>): R {
    const result = this.#ask(call)
    if (call.result.kind === 'value') this.flush()
    return result()
  }

  #all<R>(calls: readonly Call<R>[]): R[] {
    const results = calls.map((call) => this.#ask(call))
    this.flush()
    return results.map((result) => result())
  }

  /** Queues a call. Gives what gives its result: an Fd or nothing at once, a value when the call has been made. */
  #ask<R>(call: Call<R>): () => R {
    if (this.#broken)
      throw new RangeError(`Cannot make ${call.name} in ${this.where}: it is gone, or an earlier call failed`)
    let result = absent(call, this)
    if (this.#namesMissing(call)) call.settled?.('not made')
    else if (call.result.kind === 'descriptor') {
      const fd = new Fd(this, call.label())
      result = opened(fd)
      this.#add(call, fd)
    } else {
      const adopt = (number: number, label: string) => new Fd(this, label, number)
      this.#add(call, undefined, (raw, rooms) => {
        result = call.result.decode(raw, rooms, adopt)
      })
    }
    return () => result
  }

  /** Only descriptors that are known already: asking a queued one would end the batch for nothing. */
  #namesMissing(call: Call<unknown, Where>): boolean {
    return call.operands().some((operand) => operand instanceof Fd && !operand.queued && operand.missing)
  }

  #add(call: Call<unknown>, fd?: Fd, take: Take = () => {}): void {
    try {
      this.#enqueue(call, fd, take)
    } catch (error) {
      if (!(error instanceof ArenaFull) || this.#queue.length === 0) throw error
      this.#run()
      // What it names may have turned out to be missing.
      if (!this.#namesMissing(call)) return this.#enqueue(call, fd, take)
      fd?.settle('missing')
      call.settled?.('not made')
    }
  }

  #enqueue(call: Call<unknown>, fd: Fd | undefined, take: Take): void {
    const { index, rooms } = this.#executor.arena.add(call, (named) => this.#reference(named))
    this.#queue.push({ call, rooms, fd, take, actions: underWay() })
    if (fd !== undefined) this.#names.set(fd, index)
  }

  #reference(fd: Fd): number | undefined {
    if (fd.owner !== this) throw new RangeError(`Descriptor ${fd} belongs to ${fd.owner.where}, not to ${this.where}`)
    if (fd.closed) throw new RangeError(`Descriptor ${fd} is closed`)
    return this.#names.get(fd)
  }

  /** One round trip. */
  #run(): void {
    const { arena } = this.#executor
    arena.seal()
    try {
      this.#executor.exchange()
    } catch (error) {
      this.#drop('unknown')
      throw error
    }
    const queue = this.#queue
    this.#queue = []
    this.#names = new Map()
    try {
      this.#settle(queue)
    } catch (error) {
      this.#broken = true
      throw error
    } finally {
      arena.reset()
    }
  }

  /** Gives the calls their results, finds the failure if there is one. */
  #settle(queue: readonly Queued[]): void {
    const { arena } = this.#executor
    const { done } = arena
    let failure: SyscallError | undefined
    for (const [index, { call, rooms, fd, take, actions }] of queue.entries()) {
      const raw = index < done ? arena.result(index) : SKIPPED
      fd?.settle(raw < 0 ? 'missing' : raw)
      call.settled?.(raw === SKIPPED ? 'not made' : raw)
      if (raw >= 0)
        take(
          raw,
          rooms.map((room) => arena.read(room)),
        )
      else if (index === done - 1 && raw !== SKIPPED && !tolerates(call, errnoName(-raw)))
        failure = new SyscallError({ syscall: call.name, call: call.show(), errno: -raw, where: this.where, actions })
    }
    if (failure !== undefined) throw failure
  }

  #drop(outcome: Outcome): void {
    const queue = this.#queue
    this.#queue = []
    this.#broken = true
    for (const { call } of queue) call.settled?.(outcome)
  }
}
