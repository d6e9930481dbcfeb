// What a check of a config against this host is given, and the few questions that several checks ask.

import type { Sys } from '#ffi/call.ts'
import type { Stat } from '#ffi/calls/file.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Config } from '#src/config/schema/config.ts'
import { nearest } from '#src/config/nearest.ts'
import { readTextIfThere, statIfThere } from '#src/files.ts'

/** A config, and the host that it is held against. */
export interface Look {
  readonly here: Sys
  readonly config: Config
  /** Directory of the bundle, an absolute path; undefined for a config without one, whose relative paths are not judged. */
  readonly bundle: string | undefined
}

/** Takes a path of the config that is meant on the host, gives it as an absolute one, or undefined where nobody knows. */
export function hostPath({ bundle }: Look, path: string): string | undefined {
  if (path.startsWith('/')) return path
  return bundle === undefined ? undefined : `${bundle}/${path}`
}

/** What is at a path of the host: nothing, something, or something that this user is not allowed to see. */
export function lookAt(here: Sys, path: string): Stat | 'nothing' | 'hidden' {
  try {
    return statIfThere(here, path) ?? 'nothing'
  } catch (error) {
    if (error instanceof SyscallError) return error.errno === 'ELOOP' ? 'nothing' : 'hidden'
    throw error
  }
}

/** Takes the path of a file, gives its text, or undefined where it is not there or must not be read. */
export function textOf(here: Sys, path: string): string | undefined {
  try {
    return readTextIfThere(here, path)
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}

/** Takes a misspelt name and the right ones, gives the end of a sentence that says which was meant, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const meant = nearest(name, names)
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`
}
