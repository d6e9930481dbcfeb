// Paths as people give them, made absolute, and the directory in which containers are kept.

import type { Sys } from '#ffi/call.ts'
import { defaultStore } from '#src/container/default-store.ts'

/** Takes a path and the current directory, gives the absolute path, without `.`, `..` and double slashes. */
export function absolute(cwd: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/**
 * The directory in which containers are kept: what --root says, else `defaultStore`. `cwd` gives the current directory,
 * for a path that begins there; `env` is the environment of bunc.
 */
export function storeDirectory(sys: Sys, cwd: () => string, root: string | undefined, env: NodeJS.ProcessEnv): string {
  if (root === undefined) return defaultStore(sys, env['XDG_RUNTIME_DIR'])
  return absolute(root.startsWith('/') ? '' : cwd(), root)
}
