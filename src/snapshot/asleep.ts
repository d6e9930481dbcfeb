// Whether a process sleeps in the way in which those do that are looked at.

import { type Sys, tolerating } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { decodeText } from '#ffi/kinds.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import type { Child } from '#ffi/perform/kernel.ts'
import { readAll } from '#src/files.ts'

/** proc_pid_syscall(5): whether it reads from its stdin. While it practises it lets nobody look but root. */
export function isAsleep(sys: Sys, pid: number): boolean {
  using file = sys(tolerating(openat('cwd', `/proc/${pid}/syscall`, ['RDONLY']), 'EACCES'))
  return !file.missing && decodeText(readAll(sys, file)).startsWith(`${X64.read} 0x0 `)
}

/** How often somebody looks, and for how long, in milliseconds. */
export interface Patience {
  readonly between: number
  readonly most: number
}

/** Looks at a child until there is something to see, and gives that, or why there is nothing: it has ended, or is late. */
export function watch<T extends object>(
  sys: Sys,
  { pidfd }: Child,
  { between, most }: Patience,
  look: () => T | undefined,
): T | 'ended' | 'late' {
  for (let left = most; left > 0; left -= between) {
    const seen = look()
    if (seen !== undefined) return seen
    const [ended] = sys(poll([{ fd: pidfd, for: ['IN'] }], between))
    if (ended === true) return 'ended'
  }
  return 'late'
}
