// Stdio that is the host's null device becomes the container's: what is labelled for the container, and nothing of the
// host's, is what a process should have open.

import type { Sys } from '#ffi/call.ts'
import { dupTo } from '#ffi/calls/descriptor.ts'
import { fstat, openat, type Stat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import { inherited } from '#ffi/perform/here.ts'
import type { Task } from '#ffi/perform/kernel.ts'
import { Failure } from '#src/failure.ts'

/** Whether this is the null device. */
export function isNull({ type, major, minor }: Stat): boolean {
  return type === 'char' && major === 1 && minor === 3
}

/**
 * Opens the container's null device in the place of the host's. The task must be in its root. Gives what says of what kind
 * that is, for `verifyNull`; nothing where none is needed.
 */
export function replaceNullStdio(here: Sys, { sys }: Task): (() => Stat) | undefined {
  const numbers = [0, 1, 2].filter((number) => isHostNull(here, number))
  if (numbers.length === 0) return undefined
  using file = sys(openat('cwd', '/dev/null', ['RDWR', 'NOFOLLOW']))
  const stat = sys.later(fstat(file))
  for (const number of numbers) sys(dupTo(file, number))
  return stat
}

/** Throws a Failure unless it was the null device: before the process runs. The image may have put anything there. */
export function verifyNull(stat: (() => Stat) | undefined): void {
  // CVE-2026-88265.
  if (stat !== undefined && !isNull(stat())) throw new Failure('"/dev/null" of the container is not the null device')
}

function isHostNull(here: Sys, number: number): boolean {
  try {
    return isNull(here(fstat(inherited(number, `stdio ${number}`))))
  } catch (error) {
    if (failedWith(error, 'EBADF')) return false
    throw error
  }
}
