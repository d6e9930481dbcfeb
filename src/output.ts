// Standard output and standard error, by write(2), checked: an error while printing is an error (a full disk, a closed
// pipe), and Bun's own streams cost more than the rest of the program.

import type { Sys } from '#ffi/call.ts'
import { setCloseOnExec, statusFlags } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import { inherited } from '#ffi/perform/here.ts'
import { writeAll } from './files.ts'

/**
 * Opens the null device in the place of each of the first three descriptors that is closed: else the first file that is
 * opened would be taken for stdin, or for the place to print errors into.
 */
export function ensureStdio(sys: Sys): void {
  for (const number of [0, 1, 2]) {
    try {
      sys(statusFlags(inherited(number, `stdio ${number}`)))
    } catch (error) {
      if (!failedWith(error, 'EBADF')) throw error
      // The lowest free number is this one. Others inherit it, as they do every stdio.
      const file = sys(openat('cwd', '/dev/null', ['RDWR']))
      sys(setCloseOnExec(file, []))
      file.release()
    }
  }
}

/** Writes a text to standard output. Throws a SyscallError. */
export function print(sys: Sys, text: string): void {
  writeAll(sys, inherited(1, 'stdout'), text)
}

/** Writes a text to standard error; where that is not possible there is nobody left to tell. */
export function complain(sys: Sys, text: string): void {
  try {
    writeAll(sys, inherited(2, 'stderr'), text)
  } catch {
    // Closed, or a pipe that nobody reads.
  }
}
