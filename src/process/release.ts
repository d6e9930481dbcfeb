// The last thing a task does: it becomes the program. Whether execve(2) succeeded is known afterwards from a descriptor
// that is CLOEXEC: it is closed by success, and gets the result of whatever failed.

import type { Sys, TaskSys } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { read } from '#ffi/calls/file.ts'
import { execveat } from '#ffi/calls/process.ts'
import { errnoName } from '#ffi/errno.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { NotExecuted } from '#src/failure.ts'

/** What is executed. */
export interface Execution {
  readonly path: string
  readonly args: readonly string[]
  readonly env: readonly string[]
}

/** Queues the execve, the end of the last batch of a task. */
export function queueExec(sys: TaskSys, { path, args, env }: Execution): void {
  sys(execveat('cwd', path, args, env))
}

/**
 * Takes the reading end, gives once the program has been executed. Throws a NotExecuted when it could not be. `path` is what
 * was to be executed, for the message.
 */
export function awaitExec(here: Sys, reading: Fd, path: string): void {
  for (;;) {
    here(poll([{ fd: reading, for: ['IN'] }], -1))
    const bytes = readNow(here, reading)
    if (bytes === undefined) continue
    if (bytes.length < RESULT_SIZE) return
    const errno = errnoName(-Number(new DataView(bytes.buffer).getBigInt64(0, true)))
    throw new NotExecuted({ path, errno, side: 'container' })
  }
}

const RESULT_SIZE = 8

function readNow(here: Sys, reading: Fd): Uint8Array | undefined {
  try {
    return here(read(reading, RESULT_SIZE))
  } catch (error) {
    if (failedWith(error, 'EAGAIN')) return undefined
    throw error
  }
}
