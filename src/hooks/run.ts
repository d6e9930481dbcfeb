// Runs the hooks of one point of the lifecycle: programs that get the container's state on stdin. What they print is kept
// and shown when they fail, because a hook that fails silently is the hardest thing to debug in a container's life.

import { pipe, poll, setStatusFlags } from '#ffi/calls/descriptor.ts'
import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { read, seek } from '#ffi/calls/file.ts'
import { type Ending, waitPidfd } from '#ffi/calls/process.ts'
import { signalName } from '#ffi/calls/signal.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { endChild } from '#ffi/executor/spawn.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import type { Child, Kernel, Program } from '#ffi/perform/kernel.ts'
import type { Hook, HookKind } from '#src/config/schema/hooks.ts'
import { Failure } from '#src/failure.ts'
import { writeAll } from '#src/files.ts'

/** Whoever starts a hook's program: in bunc's own namespaces, or in the container's. Gives its pidfd. */
export type Starter = (program: Program) => Child

/** The hooks of one point of the lifecycle and what they are given. */
export interface HookRun {
  readonly kind: HookKind
  readonly hooks: readonly Hook[]
  /** The container's state as runtime.md describes it, as JSON. */
  readonly state: string
  readonly start: Starter
}

const MOST_OUTPUT = 4096

/** Runs the hooks one after the other. Throws a Failure at the first that fails, with what it printed. */
export function runHooks(kernel: Kernel, { kind, hooks, state, start }: HookRun): void {
  for (const [i, hook] of hooks.entries())
    doing(`run hooks.${kind}[${i}], "${hook.path}"`, () => runHook(kernel, hook, { state, start }))
}

function runHook(kernel: Kernel, hook: Hook, { state, start }: { state: string; start: Starter }): void {
  const { here } = kernel
  // A memfd, not a pipe: it cannot be full, and a hook that does not read it breaks nothing.
  using input = here(memfdCreate('hook-state', ['CLOEXEC']))
  writeAll(here, input, state)
  here(seek(input, 0))
  const [output, ours] = here(pipe(['CLOEXEC']))
  using reading = output
  let child: Child
  {
    using writing = ours
    const args = hook.args.length > 0 ? hook.args : [hook.path]
    child = start({ path: hook.path, args, env: hook.env, stdio: [input, writing, writing] })
  }
  using pidfd = child.pidfd
  const { ending, text } = watched(kernel, { pidfd, reading, timeout: hook.timeout })
  if (ending === undefined) throw new Failure(`it did not end within ${hook.timeout} seconds${quoted(text)}`)
  if (ending.signal !== undefined) throw new Failure(`it was ended by ${signalName(ending.signal)}${quoted(text)}`)
  if (ending.status !== 0) throw new Failure(`it ended with exit status ${ending.status}${quoted(text)}`)
}

/** A hook that runs: itself, what it prints, and how many seconds it may take. */
interface Running {
  readonly pidfd: Fd
  readonly reading: Fd
  readonly timeout: number | undefined
}

/** How a hook ended, unless that took too long, and what it has printed. */
interface Watched {
  readonly ending: Ending | undefined
  readonly text: string
}

/** As `watch`; where the watching fails, the hook is ended: the first process of its pid namespace could never end. */
function watched(kernel: Kernel, running: Running): Watched {
  try {
    kernel.here(setStatusFlags(running.reading, ['NONBLOCK']))
    return watch(kernel, running)
  } catch (error) {
    endChild(kernel.here, running.pidfd)
    throw error
  }
}

/** Waits for a hook and keeps what it prints. A hook that takes too long is killed. */
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
