// Finds programs of the host, as a shell would.

import { Failure } from '#src/failure.ts'
import { findExecutable } from '#src/process/executable.ts'
import type { Patient } from './verdict.ts'

/** Takes the name of a program, gives its path, or undefined where it is not in PATH. */
export function found({ kernel, path }: Patient, name: string): string | undefined {
  try {
    return findExecutable(kernel.here, name, path)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
