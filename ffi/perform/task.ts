// A task: a process that runs the executor and does what bunc writes into its arena. It is born inside its namespaces
// and its cgroup, it dies when bunc dies before the container exists, and `using` ends it unless it has become the
// container.

import { Arena, ARENA_SIZE } from '../arena.ts'
import type { Outcome, TaskSys } from '../call.ts'
import { addSeals, memfdCreate, setCloseOnExec } from '../calls/descriptor.ts'
import { ftruncate, write } from '../calls/file.ts'
import {
  type Ending,
  fexecve,
  fork,
  pidfdOpen,
  setName,
  setParentDeathSignal,
  waitPid,
  waitPidfd,
} from '../calls/process.ts'
import { kill } from '../calls/signal.ts'
import { failedWith } from '../error.ts'
import { Fd, ready } from '../fd.ts'
import { type Mapping, mapShared, unmap } from '../libc.ts'
import { SIGNAL } from '../numbers/signal.ts'
import type { Child, Task, TaskBirth } from './kernel.ts'
import { Batch } from './batch.ts'
import { here } from './here.ts'
import { TASK_REPLY, TASK_REQUEST } from '../executor/layout.ts'
import { executorFile, native } from '../executor/native.ts'
import { endChild, spawn } from './spawn.ts'

/** How long to sleep before asking whether the task still lives. It is woken at once when it answers. */
const PATIENCE_MS = 50

/** Thrown when a task ends while bunc waits for it: killed from outside, or out of memory. */
export class TaskDied extends Error {
  override readonly name = 'TaskDied'
  /** Signal number that ended it, if one did. */
  readonly signal: number | undefined
  constructor(where: string, status: number, signal: number | undefined) {
    super(
      `${where} ended ${signal === undefined ? `with status ${status}` : `by signal ${signal}`} while it was being set up`,
    )
    this.signal = signal
  }
}

/** Counts the round trips to tasks: what benchmarks and budgets report. */
export const counters = { roundTrips: 0, calls: 0 }

/** A process that performs calls for bunc. */
export class LiveTask implements Task {
  private readonly memory: Mapping
  private readonly arena: Arena
  private readonly batch: Batch
  private readonly timeout: number
  private child: Child
  private turn = 0
  /** The place in the batch at hand of a fork that is under way. */
  private forkAt: number | undefined
  private ended = false

  /** Makes the task. Throws the SyscallError of what failed: a namespace that is refused, a cgroup that is full. */
  constructor(birth: TaskBirth) {
    using arenaFd = here(memfdCreate('bunc-arena', ['CLOEXEC']))
    here(ftruncate(arenaFd, ARENA_SIZE))
    this.memory = mapShared(arenaFd.number, ARENA_SIZE)
    using file = sealed(executorFile(arenaFd.number))
    const keep = [arenaFd, ...(birth.inherit ?? [])]
    this.child = spawn({
      ...birth,
      calls: [
        // First of all: from here on it cannot outlive bunc.
        setParentDeathSignal('SIGKILL'),
        ...(birth.calls ?? []),
        ...keep.map((fd) => setCloseOnExec(fd, [])),
        fexecve(file, ['bunc', 'init'], []),
      ],
    })
    this.arena = new Arena(this.memory, { request: TASK_REQUEST, reply: TASK_REPLY })
    this.timeout = this.arena.timeout(PATIENCE_MS)
    const task = this
    this.batch = new Batch({
      get where() {
        return `task ${task.pid}`
      },
      arena: this.arena,
      exchange: () => this.exchange(),
    })
    this.sys(setName('bunc:[init]'))
    for (const fd of birth.inherit ?? []) this.sys(setCloseOnExec(this.inherit(fd), ['FD_CLOEXEC']))
  }

  /** Performs calls in the task; queues those whose result can wait. */
  get sys(): TaskSys {
    return this.batch.sys
  }

  /** Its pid as bunc's own pid namespace numbers it. */
  get pid(): number {
    return this.child.pid
  }

  /** Its pidfd, ours. */
  get pidfd(): Fd {
    return this.child.pidfd
  }

  /** Takes a file of ours that the task was born with, gives it as the task's own, to be closed by nobody. */
  inherit(fd: Fd): Fd {
    return new Fd(this.batch, fd.label, fd.number, true)
  }

  /** Takes a number (0, 1, 2 or a preserved one) that is open in the task, gives it as an Fd that nobody closes. */
  standard(number: number): Fd {
    return new Fd(this.batch, ['stdin', 'stdout', 'stderr'][number] ?? `inherited ${number}`, number, true)
  }

  /**
   * Goes on in a child of the task's parent: the way into a pid namespace that was joined or unshared. The task that was
   * exits and is reaped.
   */
  fork(): void {
    let pid = 0
    const settled = (outcome: Outcome) => {
      if (typeof outcome === 'number') pid = outcome
    }
    this.forkAt = this.arena.count
    try {
      // A child does not inherit the signal. It asks for it before bunc hears of it: bunc may be killed in between.
      this.sys.all<unknown>([fork().but({ settled }), setParentDeathSignal('SIGKILL')])
    } finally {
      this.forkAt = undefined
      if (pid > 0) this.succeed(pid)
    }
  }

  /** Takes the child of a fork as the task, and reaps the one that was. */
  private succeed(pid: number): void {
    const before = this.child
    this.child = { pid, pidfd: opened(pid) }
    here(waitPidfd(before.pidfd, ['EXITED']))
    before.pidfd[Symbol.dispose]()
  }

  /**
   * Hands over the queued calls, the last of which is an execve, and lets the task go: it is the program now. `report` is
   * opened by those calls; if one of them fails, its result is written there. Gives the child, whose pidfd the caller owns.
   */
  become(report: Fd): Child {
    this.turn += 1
    counters.calls += this.arena.count
    this.batch.post(report, ({ request }) => native.hand(request, this.turn))
    this.ended = true
    unmap(this.memory)
    return this.child
  }

  [Symbol.dispose](): void {
    if (this.ended) return
    this.ended = true
    this.batch.end()
    endChild(here, this.pidfd)
    this.pidfd[Symbol.dispose]()
    unmap(this.memory)
  }

  private exchange(): void {
    counters.roundTrips += 1
    counters.calls += this.arena.count
    this.turn += 1
    const { request, reply } = this.arena
    native.hand(request, this.turn)
    while (native.watch(request, this.turn, reply, this.timeout) !== this.turn) {
      const ending = this.ending()
      if (ending !== undefined) throw new TaskDied(this.batch.where, ending.status, ending.signal)
    }
  }

  /** How the task ended, if it has. One that has forked has ended as it should: the task is its child now. */
  private ending(): Ending | undefined {
    const ending = here(waitPidfd(this.pidfd, ['EXITED', 'NOHANG', 'NOWAIT']))
    if (ending === undefined || this.forkAt === undefined || ending.status !== 0) return ending
    // Its child, which has not answered yet, is a child of ours. In an arena that was full, the fork begins a batch.
    const pid = this.arena.result(this.forkAt < this.arena.count ? this.forkAt : 0)
    return pid > 0 ? here(waitPid(pid, ['EXITED', 'NOHANG', 'NOWAIT'])) : ending
  }
}

/** A pidfd of a child of ours; a child that nobody could name any more is ended. */
function opened(pid: number): Fd {
  try {
    return here(pidfdOpen(pid))
  } catch (error) {
    // Not reaped yet, so its pid is its own.
    here(kill(pid, SIGNAL.SIGKILL))
    here(waitPid(pid, ['EXITED']))
    throw error
  }
}

/** A memfd that holds a program and can no longer be changed: what stands behind /proc/1/exe (CVE-2019-5736). */
function sealed(file: Uint8Array): Fd {
  return ready(executable(), (memfd) => {
    here(write(memfd, file))
    here(addSeals(memfd, ['SEAL', 'SHRINK', 'GROW', 'WRITE']))
  })
}

/** MFD_EXEC came with 6.3, together with the sysctl that makes it necessary. */
function executable(): Fd {
  try {
    return here(memfdCreate('bunc-executor', ['CLOEXEC', 'ALLOW_SEALING', 'EXEC']))
  } catch (error) {
    if (!failedWith(error, 'EINVAL')) throw error
    return here(memfdCreate('bunc-executor', ['CLOEXEC', 'ALLOW_SEALING']))
  }
}
