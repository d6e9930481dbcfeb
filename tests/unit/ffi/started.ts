// Runs programs of the host by bunc's own means, to see what they were given.

import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { openat, read, seek } from '#ffi/calls/file.ts'
import { type Ending, waitPidfd } from '#ffi/calls/process.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import type { Program } from '#ffi/perform/kernel.ts'
import { linux } from '#ffi/perform/linux.ts'
import { here } from '#ffi/perform/here.ts'

/** How a program ended, and what it printed on stdout and stderr. */
export interface Ran {
  readonly ending: Ending | undefined
  readonly output: string
}

/** Runs a program to its end. */
export function run(path: string, args: readonly string[], env: readonly string[] = ['PATH=/usr/bin:/bin']): Ran {
  return withOutput((stdio) => {
    using pidfd = linux.start({ path, args, env, stdio }).pidfd
    return here(waitPidfd(pidfd, ['EXITED']))
  })
}

/** Gives a function stdio that is kept, gives what it gave and what was printed. */
export function withOutput(act: (stdio: Program['stdio']) => Ending | undefined): Ran {
  using input = here(openat('cwd', '/dev/null', ['RDWR']))
  using output = here(memfdCreate('bunc-test-output', ['CLOEXEC']))
  const ending = act([input, output, output])
  return { ending, output: contents(output) }
}

/** What an open file holds, at most 64 KiB. */
export function contents(file: Fd): string {
  here(seek(file, 0))
  return decodeText(here(read(file, 65536)))
}

/** The value of a field of /proc/PID/status, as text. */
export function statusField(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]
}
