// What the kernel itself says of a file system that it would not make: which option it does not know, what is wrong with a
// disk. It keeps these words in the file that fsopen(2) opened, in the task, and tells them nowhere else.

import type { Sys } from '#ffi/call.ts'
import { read, readlinkat } from '#ffi/calls/file.ts'
import { pidfdGetfd } from '#ffi/calls/process.ts'
import { failedWith, SyscallError } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { Failure } from '#src/failure.ts'
import { entriesOf } from '#src/files.ts'

const SPEAKING = ['fsconfig', 'fsmount']
const CONTEXT = 'anon_inode:[fscontext]'
const LONGEST = 1024

/** Takes a task that still has its files open and what it failed with, gives the error with the words of the kernel. */
export function withKernelWords(here: Sys, task: { pid: number; pidfd: Fd }, error: unknown): unknown {
  if (!(error instanceof SyscallError) || !SPEAKING.includes(error.syscall)) return error
  const words = wordsOf(here, task)
  return words.length === 0 ? error : told(error, words)
}

function told(error: SyscallError, words: readonly string[]): Failure {
  return new Failure(`${error.message}: ${words.join('; ')}`, undefined, { actions: error.actions, cause: error })
}

function wordsOf(here: Sys, { pid, pidfd }: { pid: number; pidfd: Fd }): readonly string[] {
  try {
    const files = entriesOf(here, `/proc/${pid}/fd`).map(({ name }) => name)
    const contexts = files.filter((name) => here(readlinkat('cwd', `/proc/${pid}/fd/${name}`)) === CONTEXT)
    return contexts.flatMap((name) => {
      using context = here(pidfdGetfd(pidfd, Number(name)))
      return messagesOf(here, context)
    })
  } catch (error) {
    // The task is gone, or nobody may look into it: then the errno has to do.
    if (error instanceof SyscallError) return []
    throw error
  }
}

/** One message with each read, as "e tmpfs: Unknown parameter"; its letter is how bad it is. */
function messagesOf(here: Sys, context: Fd): readonly string[] {
  const messages: string[] = []
  try {
    for (;;)
      messages.push(
        decodeText(here(read(context, LONGEST)))
          .trim()
          .replace(/^[ewi] /, ''),
      )
  } catch (error) {
    if (!failedWith(error, 'ENODATA')) throw error
    return messages
  }
}
