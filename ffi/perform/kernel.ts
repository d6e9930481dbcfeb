// What the layers above get: one value that performs calls here, makes tasks and starts programs. The real one is
// `linux`; recording, tracing and failing are other values of the same type, passed in by whoever starts a command.

import type { Call, Sys, TaskSys, Where } from '../call.ts'
import { execveat } from '../calls/process.ts'
import { dupTo, setCloseOnExec } from '../calls/descriptor.ts'
import { type Child, spawn } from '../executor/spawn.ts'
import { LiveTask, type TaskBirth } from '../executor/task.ts'
import type { Fd } from '../fd.ts'
import { here } from './here.ts'

/** A process that performs calls for bunc; see executor/task.ts for what each member does. */
export interface Task extends Disposable {
  readonly sys: TaskSys
  readonly pid: number
  readonly pidfd: Fd
  /** A file of ours that the task was born with, as the task's own. */
  inherit(fd: Fd): Fd
  /** A descriptor of the task by number: stdio, and what bunc's caller passed on. */
  standard(number: number): Fd
  /** Goes on in a child, which is in the pid namespace that was joined or unshared. */
  fork(): void
  /** Hands over the queued calls, which end with an execve, and lets the task go. */
  become(report: Fd): Child
}

/** A program of the host to be started beside bunc: a hook, or a tool. */
export interface Program {
  readonly path: string
  readonly args: readonly string[]
  readonly env: readonly string[]
  /** What becomes its stdin, stdout and stderr. */
  readonly stdio: readonly [Fd, Fd, Fd]
}

/** Whoever performs the system calls of one command. */
export interface Kernel {
  readonly here: Sys
  /** Makes a task. Throws the SyscallError of what failed. */
  task(birth: TaskBirth): Task
  /** Starts a program; gives it once execve(2) has succeeded. */
  start(program: Program): Child
}

/** dup3(2) of a descriptor to its own number is EINVAL; there it is only to be inherited. */
const become = (fd: Fd, number: number) => (fd.number === number ? setCloseOnExec(fd, []) : dupTo(fd, number))

/** Linux itself. */
export const linux: Kernel = {
  here,
  task: (birth) => new LiveTask(birth),
  start: ({ path, args, env, stdio }) =>
    spawn({
      namespaces: [],
      calls: [...stdio.map(become), execveat('cwd', path, args, env)],
    }),
}

export type { Child }

/** Changes how calls are performed: takes a performer and its name, gives another. */
export type Decorator = <W extends Where>(sys: Sys<W>, where: string) => Sys<W>

/** Takes a kernel and a decorator, gives a kernel all of whose calls, here and in tasks, go through the decorator. */
export function decorated(kernel: Kernel, decorate: Decorator): Kernel {
  return {
    here: decorate(kernel.here, 'here'),
    task: (birth) => {
      const task = kernel.task(birth)
      let sys = decorate(task.sys, `task ${task.pid}`)
      return {
        get sys() {
          return sys
        },
        get pid() {
          return task.pid
        },
        get pidfd() {
          return task.pidfd
        },
        inherit: (fd) => task.inherit(fd),
        standard: (number) => task.standard(number),
        fork: () => {
          task.fork()
          sys = decorate(task.sys, `task ${task.pid}`)
        },
        become: (report) => task.become(report),
        [Symbol.dispose]: () => task[Symbol.dispose](),
      }
    },
    start: (program) => kernel.start(program),
  }
}

/** Takes a performer and what to do with a call, gives a performer that does it, call by call. */
export function wrapped<W extends Where>(sys: Sys<W>, perform: <R>(call: Call<R, W>) => R): Sys<W> {
  return Object.assign(perform, {
    all: <R>(calls: readonly Call<R, W>[]) => calls.map((call) => perform(call)),
    flush: () => sys.flush(),
  })
}
