// Talks to the program criu, one request for each process of it ("criu swrk FD": a worker that speaks over a socket, and
// dies with it). Not by its command line: there nobody is given the outer end of a container's terminal, or asked to run
// hooks while a container is half restored, and those that are restored cannot become children of bunc.

import { tolerating } from '#ffi/call.ts'
import { duplicate, dupTo, pipe, setCloseOnExec } from '#ffi/calls/descriptor.ts'
import { access, fstat, openat, put, read, seek } from '#ffi/calls/file.ts'
import { setParentDeathSignal, waitPidfd } from '#ffi/calls/process.ts'
import { receive, socketPair } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import type { Child, Kernel, Task } from '#ffi/perform/kernel.ts'
import { Failure } from '#src/failure.ts'
import { awaitExec, queueExec } from '#src/process/release.ts'
import { decodeResponse, encodeAnswer, encodeRequest, type Request } from './messages.ts'
import type { Message } from './protobuf.ts'

/** What criu has reached, and the process that it is about. Whoever hears of it owns the descriptor. */
export interface Notice {
  /** The name of the point, as criu's own action scripts get it: `setup-namespaces`, `post-restore`… */
  readonly at: string
  readonly pid: number
  readonly descriptor: Fd | undefined
}

/** One conversation. */
export interface Conversation {
  readonly request: Request
  readonly options: Message
  /** Where criu is looked for: PATH of the environment. */
  readonly searchPath: string
  /** What becomes its stdin, stdout and stderr; undefined: those of bunc. */
  readonly stdio?: Fd
  /** Further descriptors that it gets, by the numbers that these have here. */
  readonly inherit?: readonly Fd[]
  /**
   * Done by the task that becomes criu, which gets a mount namespace of its own for this: nothing of it is ever seen on
   * the host, and it ends with criu.
   */
  readonly prepare?: (task: Task) => void
  /** criu's log, to be quoted when it fails. */
  readonly log: string
  /** Told the pid of criu before it is asked anything; gives more options. */
  readonly begun?: (pid: number) => Message
  /** Called at every point that criu reports; what is thrown here makes criu give up. */
  readonly heard: (notice: Notice) => void
}

/** Has criu do what is asked. Gives the pid of the restored process, or 0. Throws a Failure with criu's own words. */
export function converse(kernel: Kernel, conversation: Conversation): number {
  const { here } = kernel
  const { request } = conversation
  const [ours, theirs] = here(socketPair())
  using worker = ours
  using socket = theirs
  const child = doing('start criu', () => start(kernel, socket, conversation))
  using pidfd = child.pidfd
  socket[Symbol.dispose]()
  try {
    const more = conversation.begun?.(child.pid) ?? []
    here(put(worker, encodeRequest(request, [...conversation.options, ...more])))
    return listen(kernel, worker, conversation)
  } finally {
    // It ends when nobody is there to talk to.
    worker[Symbol.dispose]()
    here(waitPidfd(pidfd, ['EXITED']))
  }
}

/** Executes criu as a worker that speaks over a socket. */
function start(kernel: Kernel, socket: Fd, { searchPath, stdio, inherit = [], prepare }: Conversation): Child {
  const { here } = kernel
  const path = findCriu(kernel, searchPath)
  const [reading, writing] = here(pipe(['CLOEXEC']))
  using report = reading
  using ours = writing
  const given = [socket, ...inherit]
  using task = kernel.task({
    namespaces: prepare === undefined ? [] : ['NEWNS'],
    inherit: [ours, ...given, ...(stdio === undefined ? [] : [stdio])],
  })
  const { sys } = task
  prepare?.(task)
  if (stdio !== undefined) for (const number of [0, 1, 2]) sys(dupTo(task.inherit(stdio), number))
  for (const fd of given) sys(setCloseOnExec(task.inherit(fd), []))
  // Without bunc it takes back by itself what it has half restored.
  sys(setParentDeathSignal('none'))
  sys.flush()
  const told = sys(duplicate(task.inherit(ours), FIRST))
  queueExec(sys, { path, args: ['criu', 'swrk', String(socket.number)], env: [`PATH=${searchPath}`] })
  const child = task.become(told)
  ours[Symbol.dispose]()
  awaitExec(here, report, path)
  return child
}

/** The lowest number that is nobody's stdio. */
const FIRST = 3

/** Answers criu until it is done. The first thing that went wrong on bunc's side is what is thrown. */
function listen({ here }: Kernel, worker: Fd, { request, log, heard }: Conversation): number {
  let ours: { error: unknown } | undefined
  for (;;) {
    const { bytes, descriptor } = here(receive(worker))
    using received = descriptor
    const said = bytes.length === 0 ? undefined : decodeResponse(bytes)
    if (said?.kind === 'notice') {
      try {
        if (ours === undefined) heard({ at: said.at, pid: said.pid, descriptor: received })
      } catch (error) {
        ours = { error }
      }
      here(tolerating(put(worker, encodeAnswer(ours === undefined)), 'EPIPE', 'ECONNRESET'))
      continue
    }
    if (ours !== undefined) throw ours.error
    if (said?.success) return said.pid
    throw new Failure(`criu failed to ${request}: ${reason({ here }, log, said?.text)}`)
  }
}

const MOST_LOG = 65536
const MOST_LINES = 3
const TIME = /^\(\d+\.\d+\)\s*(\d+: )?/

/** Why it has failed: the errors of criu's log, without their times, else what it has answered. */
function reason({ here }: Pick<Kernel, 'here'>, path: string, answer: string | undefined): string {
  const log = endOf({ here }, path)
    .split('\n')
    .map((line) => line.replace(TIME, ''))
    .filter((line) => line.startsWith('Error'))
  const errors = log.length > 0 ? log : (answer ?? 'it has ended without an answer').split('\n')
  const lines = errors.map((line) => line.trim()).filter((line) => line !== '')
  // What comes after the first ones is mostly that others had to give up, too.
  return lines.length === 0 ? `its log "${path}" names no error` : lines.slice(0, MOST_LINES).join(' | ')
}

/** The end of a file, as much as matters; nothing where there is none. */
function endOf({ here }: Pick<Kernel, 'here'>, path: string): string {
  using file = here(tolerating(openat('cwd', path, ['RDONLY']), 'ENOENT'))
  if (file.missing) return ''
  here(seek(file, Math.max(0, here(fstat(file)).size - MOST_LOG)))
  return decodeText(here(read(file, MOST_LOG)))
}

/** The first criu of a search path. */
function findCriu({ here }: Kernel, searchPath: string): string {
  for (const directory of searchPath.split(':')) {
    // A relative place would be one of the caller's current directory.
    if (!directory.startsWith('/')) continue
    try {
      here(access('cwd', `${directory}/criu`, ['X']))
      return `${directory}/criu`
    } catch (error) {
      if (!failedWith(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
    }
  }
  throw new Failure('the program "criu" was not found in $PATH', 'install the package criu')
}
