// Files of a hundred megabytes, and memory that is read like a file: in pieces that the arena of system calls has room for.

import type { Sys } from '#ffi/call.ts'
import { pread } from '#ffi/calls/file.ts'
import { HUGE_PAGE } from '#ffi/snapshot/numbers.ts'
import { Failure } from '#src/failure.ts'
import { writeAll } from '#src/files.ts'
import type { Fd } from '#ffi/fd.ts'

/** Bytes: less than the arena has room for. */
const READ_AT_ONCE = 512 << 10

/** Takes an open file, a place in it and a size, gives as many bytes. Throws a Failure where the file ends before. */
export function readAt(sys: Sys, file: Fd, from: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size;) {
    const part = sys(pread(file, Math.min(READ_AT_ONCE, size - at), from + at))
    if (part.length === 0) throw new Failure(`Cannot read ${size} bytes of ${file.label}: it has ${at}`)
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Writes bytes to an open file: what is written at once lies together in memory, and is found sooner. */
export function writeLarge(sys: Sys, file: Fd, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += HUGE_PAGE) writeAll(sys, file, bytes.subarray(at, at + HUGE_PAGE))
}
