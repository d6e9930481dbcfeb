// Runs a program of the host and waits for it: a hook, or a tool. What it prints is kept and shown when it fails, because
// a program that fails silently is the hardest thing to debug in a container's life.

import { memfdCreate, pipe, poll, setStatusFlags } from '#ffi/calls/descriptor.ts'
import { read, seek } from '#ffi/calls/file.ts'
import { type Ending, waitPidfd } from '#ffi/calls/process.ts'
import { signalName } from '#ffi/calls/signal.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import type { Child, Kernel, Program } from '#ffi/perform/kernel.ts'
import { endChild } from '#ffi/perform/spawn.ts'
import { Failure } from './failure.ts'
import { writeAll } from './files.ts'

/** Whoever starts a program: in bunc's own namespaces, or in a container's. Gives its pidfd. */
export type Starter = (program: Program) => Child

/** What a program gets beside its arguments. */
export interface Run {
  /** What it reads from stdin. */
  readonly input: string | Uint8Array
  /** Seconds after which it is killed; undefined: it has all the time it wants. */
  readonly timeout: number | undefined
  readonly start: Starter
  /** The exit status by which it says that all went well; 0 where none is named. */
  readonly expected?: number
}

const MOST_OUTPUT = 4096

/** Runs a program, gives what it printed. Throws a Failure with that unless it ends in time, with the expected status. */
export function runProgram(kernel: Kernel, program: Omit<Program, 'stdio'>, run: Run): string {
  const { input, timeout, start, expected = 0 } = run
  const { here } = kernel
  // A memfd, not a pipe: it cannot be full, and a program that does not read it breaks nothing.
  using given = here(memfdCreate('input', ['CLOEXEC']))
  writeAll(here, given, input)
  here(seek(given, 0))
  const [output, ours] = here(pipe(['CLOEXEC']))
  using reading = output
  let child: Child
  {
    using writing = ours
    child = start({ ...program, stdio: [given, writing, writing] })
  }
  using pidfd = child.pidfd
  const { ending, text } = watched(kernel, { pidfd, reading, timeout })
  if (ending === undefined)
    throw new Failure(`it did not end within ${timeout} ${timeout === 1 ? 'second' : 'seconds'}${quoted(text)}`)
  if (ending.signal !== undefined) throw new Failure(`it was ended by ${signalName(ending.signal)}${quoted(text)}`)
  if (ending.status !== expected) throw new Failure(`it ended with exit status ${ending.status}${quoted(text)}`)
  return text
}

/** A program that runs: itself, what it prints, and how many seconds it may take. */
interface Running {
  readonly pidfd: Fd
  readonly reading: Fd
  readonly timeout: number | undefined
}

/** How a program ended, unless that took too long, and what it has printed. */
interface Watched {
  readonly ending: Ending | undefined
  readonly text: string
}

/** As `watch`; where the watching fails, it is ended: the first process of its pid namespace could never end. */
function watched(kernel: Kernel, running: Running): Watched {
  try {
    kernel.here(setStatusFlags(running.reading, ['NONBLOCK']))
    return watch(kernel, running)
  } catch (error) {
    endChild(kernel.here, running.pidfd)
    throw error
  }
}

/** Waits for a program and keeps what it prints. One that takes too long is killed. */
function watch({ here }: Kernel, { pidfd, reading, timeout }: Running): Watched {
  const end = timeout === undefined ? undefined : Bun.nanoseconds() / 1e6 + timeout * 1000
  let text = ''
  for (let open = true; ;) {
    const left = end === undefined ? -1 : Math.max(0, Math.ceil(end - Bun.nanoseconds() / 1e6))
    const waiting = [{ fd: pidfd, for: ['IN'] as const }, ...(open ? [{ fd: reading, for: ['IN'] as const }] : [])]
    const [ended = false, printed = false] = here(poll(waiting, left))
    if (printed) ({ text, open } = more({ here }, reading, text))
    if (ended) return { ending: here(waitPidfd(pidfd, ['EXITED'])), text: more({ here }, reading, text).text }
    if (!printed && left === 0) {
      endChild(here, pidfd)
      return { ending: undefined, text }
    }
  }
}

/** Reads what is there without waiting for more. */
function more({ here }: Pick<Kernel, 'here'>, reading: Fd, before: string): { text: string; open: boolean } {
  let text = before
  for (;;) {
    const bytes = available({ here }, reading)
    if (bytes === undefined || bytes.length === 0) return { text, open: bytes === undefined }
    if (text.length < MOST_OUTPUT) text += decodeText(bytes)
  }
}

function available({ here }: Pick<Kernel, 'here'>, reading: Fd): Uint8Array | undefined {
  try {
    return here(read(reading, MOST_OUTPUT))
  } catch (error) {
    if (failedWith(error, 'EAGAIN')) return undefined
    throw error
  }
}

function quoted(text: string): string {
  const line = text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' | ')
    .slice(0, MOST_OUTPUT)
  return line === '' ? '' : `: "${line}"`
}
