// Standard output and standard error, by write(2), checked: an error while printing is an error (a full disk, a closed
// pipe), and Bun's own streams cost more than the rest of the program.

import type { Sys } from '#ffi/call.ts'
import { inherited } from '#ffi/perform/here.ts'
import { writeAll } from './files.ts'

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
