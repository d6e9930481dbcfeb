// Finds programs of the host, as a shell would.

import type { Sys } from '#ffi/call.ts'
import { Failure } from '#src/failure.ts'
import { findExecutable } from './executable.ts'

/** Takes the name of a program and a PATH, gives where it is, or undefined where it is in none of the directories. */
export function found(here: Sys, name: string, path: string | undefined): string | undefined {
  try {
    return findExecutable(here, name, path)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
