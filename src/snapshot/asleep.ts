// Whether a process sleeps in the way in which those do that are looked at.

import { type Sys, tolerating } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { decodeText } from '#ffi/kinds.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { readAll } from '#src/files.ts'

/** proc_pid_syscall(5): whether it reads from its stdin. While it practises it lets nobody look but root. */
export function isAsleep(sys: Sys, pid: number): boolean {
  using file = sys(tolerating(openat('cwd', `/proc/${pid}/syscall`, ['RDONLY']), 'EACCES'))
  return !file.missing && decodeText(readAll(sys, file)).startsWith(`${X64.read} 0x0 `)
}
