// Processes: clone(2), execveat(2), waitid(2), pidfd_open(2), pidfd_getfd(2), getpid(2), setsid(2), prctl(2) for what
// concerns the process as a whole.

import { type Call, hidden, type Kind, labelled, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import {
  type At,
  at,
  bits,
  constant,
  descriptor,
  filled,
  integer,
  nothing,
  number,
  oneOf,
  ownedFd,
  room,
  text,
} from '../kinds.ts'
import { SIGNAL } from '../numbers/signal.ts'
import type { Signal } from './signal.ts'

/** getpid(2), as the pid namespace of whoever calls numbers it. */
export const getpid = syscall<[], number>('getpid', [], number)
/** getppid(2): 0 when the parent lives in another pid namespace. */
export const getppid = syscall<[], number>('getppid', [], number)
/** setsid(2). */
export const setsid = syscall<[], void>('setsid', [], nothing)
/** exit_group(2). */
export const exit = syscall<[status: number], void>('exit_group', [integer], nothing)

const CLONE_PARENT_AND_SETTID = 0x0000_8000 | 0x0010_0000 | SIGNAL.SIGCHLD

/**
 * clone(2) as a task needs it: the child, a sibling of the task (CLONE_PARENT), goes on with the batch, the task itself
 * exits. A process that has joined a pid namespace is in it only from its children on. Gives the child's pid, which the
 * kernel writes into the result of this call.
 */
export const fork: () => Call<number, 'task'> = () => forkCall().but({ forks: true })
const forkCall = syscall<[], number, 'task'>(
  'clone',
  [
    constant(CLONE_PARENT_AND_SETTID, 'CLONE_PARENT|CLONE_PARENT_SETTID|SIGCHLD'),
    constant(0),
    hidden((memory) => memory.nextResult),
    constant(0),
    constant(0),
  ],
  number,
  'task',
)

/** An array of C strings that ends with NULL, as execve(2) takes them. */
const strings: Kind<readonly string[]> = {
  encode: (values, memory) => {
    const pointers = new BigUint64Array(values.length + 1)
    for (const [i, value] of values.entries()) pointers[i] = BigInt(memory.text(value))
    return memory.bytes(new Uint8Array(pointers.buffer))
  },
  show: (values) =>
    `[${values.length > 8 ? `${values.length} strings` : values.map((value) => JSON.stringify(value)).join(', ')}]`,
}

/** execveat(2) of a path; never returns when it succeeds, and then all CLOEXEC descriptors are closed. */
export const execveat = syscall<[dir: At, path: string, argv: readonly string[], envp: readonly string[]], void>(
  'execveat',
  [at, text, strings, strings, constant(0)],
  nothing,
)

/** execveat(2) of an open file (AT_EMPTY_PATH). */
export const fexecve = syscall<[file: Fd, argv: readonly string[], envp: readonly string[]], void>(
  'execveat',
  [descriptor, hidden((memory) => memory.text(''), '""'), strings, strings, constant(0x1000, 'AT_EMPTY_PATH')],
  nothing,
)

/** How a process ended. */
export interface Ending {
  readonly pid: number
  /** Its exit status; 128 + signal when a signal ended it, as shells count. */
  readonly status: number
  readonly signal: number | undefined
}

const CLD_EXITED = 1

/** struct siginfo as waitid(2) fills it in. */
function readEnding(view: DataView): Ending | undefined {
  const pid = view.getInt32(16, true)
  if (pid === 0) return undefined
  const code = view.getInt32(8, true)
  const status = view.getInt32(24, true)
  return code === CLD_EXITED ? { pid, status, signal: undefined } : { pid, status: 128 + status, signal: status }
}

const WAIT = { EXITED: 4, NOHANG: 1, NOWAIT: 0x0100_0000 } as const
const SIGINFO_SIZE = 128

/** waitid(2): how the process of a pidfd ended, undefined while it lives and NOHANG is given. NOWAIT leaves it a zombie. */
export const waitPidfd = syscall<[pidfd: Fd, options: readonly (keyof typeof WAIT)[]], Ending | undefined>(
  'waitid',
  [constant(3, 'P_PIDFD'), descriptor, room(SIGINFO_SIZE), bits(WAIT), constant(0)],
  filled(readEnding),
)

/** waitid(2): any child, for whoever adopts orphans. */
export const waitAny = syscall<[options: readonly (keyof typeof WAIT)[]], Ending | undefined>(
  'waitid',
  [constant(0, 'P_ALL'), constant(0), room(SIGINFO_SIZE), bits(WAIT), constant(0)],
  filled(readEnding),
)

/** waitid(2) for a child by pid. */
export const waitPid = syscall<[pid: number, options: readonly (keyof typeof WAIT)[]], Ending | undefined>(
  'waitid',
  [constant(1, 'P_PID'), integer, room(SIGINFO_SIZE), bits(WAIT), constant(0)],
  filled(readEnding),
)

/** pidfd_open(2) (5.3). */
export const pidfdOpen = syscall<[pid: number], Fd>('pidfd_open', [integer, constant(0)], ownedFd)

/** pidfd_getfd(2) (5.6): another process's descriptor, by its number there. Needs the right to ptrace it. */
export const pidfdGetfd = (pidfd: Fd, number: number): Call<Fd, 'anywhere'> =>
  labelled(getfd(pidfd, number), `${number} of ${pidfd.label}`)
const getfd = syscall<[pidfd: Fd, number: number], Fd>('pidfd_getfd', [descriptor, integer, constant(0)], ownedFd)

/** prctl(PR_SET_PDEATHSIG): which signal the death of the parent sends. Forgotten when credentials change. */
export const setParentDeathSignal = syscall<[signal: Signal | 'none'], void>(
  'prctl',
  [constant(1, 'PR_SET_PDEATHSIG'), oneOf({ none: 0, ...SIGNAL })],
  nothing,
)

/** prctl(PR_SET_DUMPABLE): whether others may ptrace the process and open what lies in its /proc directory. */
export const setDumpable = syscall<[dumpable: 0 | 1], void>('prctl', [constant(4, 'PR_SET_DUMPABLE'), integer], nothing)

/** prctl(PR_SET_NAME): what ps(1) shows as the command, 15 bytes at most. */
export const setName = syscall<[name: string], void>('prctl', [constant(15, 'PR_SET_NAME'), text], nothing)

/** prctl(PR_SET_CHILD_SUBREAPER): orphans among the descendants become children of the caller. */
export const setSubreaper = syscall<[on: 0 | 1], void>(
  'prctl',
  [constant(36, 'PR_SET_CHILD_SUBREAPER'), integer],
  nothing,
)
