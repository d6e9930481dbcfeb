// What the layers above get: one value that performs calls here, makes tasks and starts programs. The real one is in
// linux.ts; recording, tracing and failing are other values of the same type, passed in by whoever starts a command.

import { atOnce, type Call, type Sys, type TaskSys, type Where } from '../call.ts'
import type { Fd } from '../fd.ts'
import type { CLONE_NEW } from '../numbers/clone.ts'

/** What a new process begins with. */
export interface Birth {
  /** Namespaces that it is born into. */
  readonly namespaces: readonly (keyof typeof CLONE_NEW)[]
  /** A cgroup v2 directory that it is born into (5.7). */
  readonly cgroup?: Fd
  /** Calls that it makes before the last one, which must be an execveat. */
  readonly calls: readonly Call<void, Where>[]
}

/** A child of this process. */
export interface Child {
  readonly pid: number
  readonly pidfd: Fd
}

/** What a task begins with, beside its namespaces and its cgroup. */
export interface TaskBirth extends Omit<Birth, 'calls'> {
  /** Files that are open in the task too, under the same numbers. */
  readonly inherit?: readonly Fd[]
  /** Calls that it makes before it becomes a task. */
  readonly calls?: readonly Call<void, Where>[]
}

/** A process that performs calls for bunc; see task.ts for what each member does. */
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
  return atOnce(perform, () => sys.flush())
}
