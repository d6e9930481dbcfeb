// Performs calls in a task, many at a time. A call whose result TypeScript must see is made at once, with everything
// that was queued before it; the others (they open a file, or give nothing) wait for it or for `flush`. So the same
// function body costs one round trip here and none of its lines knows it.

import { Arena, ArenaFull, NOT_ADDED, type Room } from '../arena.ts'
import { type Call, type Outcome, type TaskSys, tolerates } from '../call.ts'
import { close } from '../calls/descriptor.ts'
import { underWay } from '../context.ts'
import { SyscallError } from '../error.ts'
import { SKIPPED } from '../executor/layout.ts'
import { CLOSED, Fd, type FdOwner, QUEUED } from '../fd.ts'
import { errnoName } from '../errno.ts'

/** What a batch needs of a task: its name for messages, its arena, and the round trip itself. */
export interface Executor {
  readonly where: string
  readonly arena: Arena
  /** Hands the arena over and waits until the batch is done. Throws when the task is dead. */
  exchange(): void
}

/** A call that waits, or has been made. */
interface Queued {
  readonly call: Call<unknown>
  rooms: readonly Room[]
  readonly fd: Fd | undefined
  readonly actions: readonly string[]
  /** What the caller gets: an Fd or nothing at once, a value when the call has been made. */
  result: unknown
}

const NO_ROOMS: readonly Room[] = []

/** Settles a call that is not made. */
function leaveOut({ call, fd }: Queued): void {
  fd?.settle('missing')
  call.settled?.('not made')
}

/** The queue of one task. */
export class Batch implements FdOwner {
  private readonly executor: Executor
  private queue: Queued[] = []
  /** After a failure the task is in a state that nobody has thought of: it can only be ended. So is one that is gone. */
  private broken = false
  readonly sys: TaskSys

  constructor(executor: Executor) {
    this.executor = executor
    executor.arena.reset()
    this.sys = Object.assign(<R>(call: Call<R>) => this.perform(call), {
      all: <R>(calls: readonly Call<R>[]) => this.all(calls),
      later: <R>(call: Call<R>) => this.later(call),
      flush: () => this.flush(),
    })
  }

  get where(): string {
    return this.executor.where
  }

  /** Makes every queued call. Throws the SyscallError of the first that failed. */
  flush(): void {
    if (this.queue.length > 0) this.run()
  }

  close(fd: Fd): void {
    if (!this.broken && (fd.queued || !fd.missing)) this.ask(close(fd))
  }

  /**
   * Hands over what is queued without waiting: for the last batch, which ends with execve(2). If it fails, the executor
   * writes its result (8 bytes, −errno) to `report`, a descriptor that this batch opens, and exits.
   */
  post(report: Fd, hand: (arena: Arena) => void): void {
    const { entry } = report
    if (entry === undefined || !report.queued)
      throw new RangeError(`Descriptor ${report} is not opened by the last batch of ${this.where}`)
    this.executor.arena.sealLast(entry)
    hand(this.executor.arena)
    this.drop('unknown')
  }

  /** The task is gone, or will be: what is queued is not made, and nothing more is accepted. */
  end(): void {
    this.drop('not made')
  }

  private perform<R>(call: Call<R>): R {
    const asked = this.ask(call)
    if (call.result.kind === 'value') this.flush()
    return asked.result as R
  }

  private all<R>(calls: readonly Call<R>[]): R[] {
    const asked = calls.map((call) => this.ask(call))
    this.flush()
    return asked.map(({ result }) => result as R)
  }

  private later<R>(call: Call<R>): () => R {
    const asked = this.ask(call)
    return () => {
      if (this.queue.includes(asked)) this.flush()
      if (this.broken && asked.result === undefined)
        throw new RangeError(`Cannot say what ${call.name} gave in ${this.where}: an earlier call failed`)
      return asked.result as R
    }
  }

  /** Queues a call, unless it names what is missing. */
  private ask(call: Call<unknown>): Queued {
    if (this.broken)
      throw new RangeError(`Cannot make ${call.name} in ${this.where}: it is gone, or an earlier call failed`)
    const fd = call.result.kind === 'descriptor' ? new Fd(this, call) : undefined
    const asked: Queued = { call, rooms: NO_ROOMS, fd, actions: underWay(), result: fd }
    try {
      this.enqueue(asked)
    } catch (error) {
      if (!(error instanceof ArenaFull) || this.queue.length === 0) throw error
      this.run()
      // What it names may have turned out to be missing.
      this.enqueue(asked)
    }
    return asked
  }

  private enqueue(asked: Queued): void {
    const { arena } = this.executor
    const index = arena.add(asked.call, this.reference)
    if (index === NOT_ADDED) return leaveOut(asked)
    asked.rooms = arena.rooms
    // Not push(), which is a call.
    this.queue[this.queue.length] = asked
    if (asked.fd !== undefined) asked.fd.entry = index
  }

  private readonly reference = (fd: Fd): number | undefined => {
    if (fd.owner !== this) throw new RangeError(`Descriptor ${fd} belongs to ${fd.owner.where}, not to ${this.where}`)
    const { state } = fd
    if (state === CLOSED) throw new RangeError(`Descriptor ${fd} is closed`)
    return state === QUEUED ? fd.entry : undefined
  }

  /** One round trip. */
  private run(): void {
    const { arena } = this.executor
    arena.seal()
    try {
      this.executor.exchange()
    } catch (error) {
      this.drop('unknown')
      throw error
    }
    const queue = this.queue
    this.queue = []
    try {
      this.settle(queue)
    } catch (error) {
      this.broken = true
      throw error
    } finally {
      arena.reset()
    }
  }

  /** Gives the calls their results, finds the failure if there is one. */
  private settle(queue: readonly Queued[]): void {
    const { arena } = this.executor
    const { done } = arena
    let failure: SyscallError | undefined
    for (let index = 0; index < queue.length; index++) {
      const asked = queue[index]
      if (asked === undefined) break
      const { call, fd, actions } = asked
      const raw = index < done ? arena.result(index) : SKIPPED
      fd?.settle(raw < 0 ? 'missing' : raw)
      call.settled?.(raw === SKIPPED ? 'not made' : raw)
      if (raw >= 0) this.take(asked, raw)
      else if (index === done - 1 && raw !== SKIPPED && !tolerates(call, errnoName(-raw)))
        failure = new SyscallError({ syscall: call.name, call: call.show(), errno: -raw, where: this.where, actions })
    }
    if (failure !== undefined) throw failure
  }

  private take(asked: Queued, raw: number): void {
    const { call, rooms } = asked
    if (call.result.kind !== 'value') return
    const read = rooms.map((room) => this.executor.arena.read(room, raw))
    asked.result = call.result.decode(raw, read, (number, label) => new Fd(this, label, number))
  }

  private drop(outcome: Outcome): void {
    const queue = this.queue
    this.queue = []
    this.broken = true
    for (const { call } of queue) call.settled?.(outcome)
  }
}
