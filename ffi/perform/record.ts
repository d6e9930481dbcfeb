// Writes calls down instead of performing them: dry runs, golden transcripts, tests without privilege. What a call would
// have given is answered by whoever records: a transcript of `create` needs a config file to be read, after all.

import { atOnce, type Call, type Sys, type TaskSys, tolerates } from '../call.ts'
import { underWay } from '../context.ts'
import type { Errno } from '../errno.ts'
import { SyscallError } from '../error.ts'
import { Fd, type FdOwner } from '../fd.ts'
import { ERRNO } from '../numbers/errno.ts'
import { absent, opened } from './here.ts'
import type { Child, Kernel, Program, Task, TaskBirth } from './kernel.ts'

/** One recorded line: who would have made the call, the call, and what it was said to give. */
export interface Recorded {
  readonly where: string
  readonly call: string
  readonly result: string
  /** What it is a part of, outermost first. */
  readonly actions: readonly string[]
}

/** An answer: the kernel refuses the call. A failure that the caller did not declare harmless is thrown. */
export interface Refusal {
  readonly refused: Errno
}

/**
 * Takes a call that must give a value, gives that value, a Refusal, or `missing` for any harmless failure; undefined when
 * the record has nothing to say about it. `open` makes a descriptor where a value holds some.
 */
export type Answers = (where: string, call: Call<unknown>, open: (label: string) => Fd) => unknown

/** A kernel that performs nothing. `recorded` grows as calls are made. */
export interface RecordingKernel extends Kernel {
  readonly recorded: readonly Recorded[]
}

/** Takes the answers to calls that give values, gives a kernel that writes everything down. */
export function record(answers: Answers): RecordingKernel {
  const book = new Book(answers)
  const ours: Sys = book.performer('here').sys
  return {
    recorded: book.lines,
    here: ours,
    task: (birth) => recordedTask(book, birth),
    start: (program) => started(book, program),
  }
}

/** What has been written down, and the numbers that are given out. No number is given twice, not even by two processes. */
class Book {
  readonly lines: Recorded[] = []
  readonly #answers: Answers
  #pid = 100
  #fd = 3

  constructor(answers: Answers) {
    this.#answers = answers
  }

  write(where: string, call: string, result: string): void {
    this.lines.push({ where, call, result, actions: underWay() })
  }

  nextPid(): number {
    return ++this.#pid
  }

  open(owner: FdOwner, label: string): Fd {
    return new Fd(owner, label, this.#fd++)
  }

  /** Who performs the calls of one process. */
  performer(where: string): { sys: TaskSys; owner: FdOwner } {
    const owner: FdOwner = {
      where,
      flush: () => {},
      close: (fd) => this.write(where, `close(${fd})`, '0'),
    }
    const perform = <R>(call: Call<R>): R => {
      const named = call.operands().filter((operand) => operand instanceof Fd)
      for (const fd of named) verifyOwn(fd, owner)
      return named.some((fd) => fd.missing) ? absent(call, owner) : this.#perform(owner, call)
    }
    return { sys: atOnce(perform), owner }
  }

  #perform<R>(owner: FdOwner, call: Call<R>): R {
    const { where } = owner
    const given = this.#answers(where, call, (label) => this.open(owner, label))
    const errno = refusedWith(given)
    if (errno !== undefined || given === 'missing') {
      this.write(where, call.show(), errno ?? 'missing')
      if (errno === undefined || tolerates(call, errno)) return absent(call, owner)
      throw new SyscallError({ syscall: call.name, call: call.show(), errno: ERRNO[errno], where })
    }
    const result = call.result.kind === 'descriptor' ? opened<R>(this.open(owner, call.label())) : (given as R)
    // An execve that succeeds gives nothing to anybody.
    this.write(where, call.show(), call.name === 'execveat' ? '?' : call.result.show(result))
    return result
  }
}

function refusedWith(given: unknown): Errno | undefined {
  return typeof given === 'object' && given !== null && 'refused' in given ? (given as Refusal).refused : undefined
}

/** The same mistakes throw that would throw in a real process. */
function verifyOwn(fd: Fd, owner: FdOwner): void {
  if (fd.owner.where !== owner.where)
    throw new RangeError(`Descriptor ${fd} belongs to ${fd.owner.where}, not to ${owner.where}`)
  if (fd.closed) throw new RangeError(`Descriptor ${fd} is closed`)
}

function clone(flags: readonly string[]): string {
  return `clone3(${flags.length === 0 ? '0' : flags.map((name) => `CLONE_${name}`).join('|')})`
}

function started(book: Book, { path, args, env, stdio }: Program): Child {
  const pid = book.nextPid()
  book.write('here', clone([]), String(pid))
  const words = args.map((word) => JSON.stringify(word)).join(', ')
  book.write(
    `process ${pid}`,
    `execveat(AT_FDCWD, ${JSON.stringify(path)}, [${words}], [/* ${env.length} vars */])`,
    '?',
  )
  book.write(`process ${pid}`, `stdio [${stdio.join(', ')}]`, '0')
  return { pid, pidfd: book.open(book.performer('here').owner, `process ${pid}`) }
}

function recordedTask(book: Book, { namespaces, cgroup, inherit = [], calls = [] }: TaskBirth): Task {
  let pid = book.nextPid()
  let { sys, owner } = book.performer(`task ${pid}`)
  book.write('here', clone([...namespaces, ...(cgroup === undefined ? [] : [`INTO_CGROUP ${cgroup}`])]), String(pid))
  for (const call of calls) book.write(`task ${pid}`, call.show(), '0')
  book.write(`task ${pid}`, `execveat("bunc-executor", ["bunc", "init"]) with [${inherit.join(', ')}]`, '0')
  let pidfd = book.open(book.performer('here').owner, `process ${pid}`)
  let ended = false
  return {
    get sys() {
      return sys
    },
    get pid() {
      return pid
    },
    get pidfd() {
      return pidfd
    },
    inherit: (fd) => new Fd(owner, fd.label, fd.number, true),
    standard: (number) => new Fd(owner, ['stdin', 'stdout', 'stderr'][number] ?? `inherited ${number}`, number, true),
    fork: () => {
      const child = book.nextPid()
      book.write(`task ${pid}`, 'fork()', String(child))
      pid = child
      ;({ sys, owner } = book.performer(`task ${pid}`))
      pidfd = book.open(book.performer('here').owner, `process ${pid}`)
    },
    become: (report) => {
      verifyOwn(report, owner)
      ended = true
      book.write(`task ${pid}`, `goes on alone, a failure goes to ${report}`, '?')
      return { pid, pidfd }
    },
    [Symbol.dispose]: () => {
      if (!ended) book.write('here', `pidfd_send_signal(${pidfd}, SIGKILL)`, '0')
      ended = true
    },
  }
}
