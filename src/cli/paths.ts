// Paths as people give them, made absolute, and the directory in which containers are kept.

import type { Sys } from '#ffi/call.ts'
import { defaultStore } from '#src/container/default-store.ts'
import { variable } from './environment.ts'

/** Whoever knows the current directory: a World, which asks the kernel for it when it is needed. */
interface Somewhere {
  readonly cwd: string
}

/**
 * Takes a path, and who knows where one begins that is not absolute: nobody else is asked. Gives the absolute path, without
 * `.`, `..` and double slashes.
 */
export function absolute(from: Somewhere, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${from.cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** The directory in which containers are kept: what --root says, else `defaultStore`. */
export function storeDirectory(sys: Sys, from: Somewhere, root: string | undefined): string {
  return root === undefined ? defaultStore(sys, variable('XDG_RUNTIME_DIR')) : absolute(from, root)
}
