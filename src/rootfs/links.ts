// Bind mounts and symbolic links, as options that engines of crun use: `copy-symlink` makes a link like the source,
// `dest-nofollow` mounts on a link of the container and not on what it leads to.

import { type Sys, tolerating } from '#ffi/call.ts'
import { mkdirat, mknodat, openat, openat2, readlinkat, symlinkat } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { parentInRoot } from './resolve.ts'

/** Takes a path of the host, gives where it leads if it is a link; undefined for anything else, and for nothing. */
export function linkOnHost(here: Sys, path: string): string | undefined {
  using link = here(tolerating(openat('cwd', path, ['PATH', 'NOFOLLOW']), 'ENOENT'))
  if (link.missing) return undefined
  return here(tolerating(readlinkat(link, ''), 'ENOENT', 'EINVAL'))
}

/** Makes a link in the container. The same one may be there already; anything else in its place is a Failure. */
export function makeLink(sys: Sys, root: Fd, { path, target }: { path: string; target: string }): void {
  const { dir, name } = parentInRoot(sys, root, path)
  using parent = dir
  sys(tolerating(symlinkat(target, parent, name), 'EEXIST'))
  using there = unfollowed(sys, parent, name)
  const found = sys(tolerating(readlinkat(there, ''), 'ENOENT', 'EINVAL'))
  if (found !== target) throw new Failure(`"${path}" of the container is there already and is no link to "${target}"`)
}

/** Opens what a mount goes on, made where it is missing; a link in the last place is not followed. */
export function placeUnfollowed(sys: Sys, root: Fd, { path, isDirectory }: { path: string; isDirectory: boolean }): Fd {
  const { dir, name } = parentInRoot(sys, root, path)
  using parent = dir
  if (isDirectory) sys(tolerating(mkdirat(parent, name, 0o755), 'EEXIST'))
  else sys(tolerating(mknodat(parent, name, { type: 'file', mode: 0o644 }, 0), 'EEXIST'))
  return unfollowed(sys, parent, name)
}

/** Opens a name of a directory (O_PATH), whatever it is. */
function unfollowed(sys: Sys, parent: Fd, name: string): Fd {
  return sys(openat2(parent, name, { flags: ['PATH', 'NOFOLLOW'], resolve: ['BENEATH', 'NO_MAGICLINKS'] }))
}
