// The user namespace that bunc itself runs in.

import { type Sys, tolerating } from '#ffi/call.ts'
import { geteuid } from '#ffi/calls/credentials.ts'
import { readlinkat } from '#ffi/calls/file.ts'

/** PROC_USER_INIT_INO of linux/proc_ns.h: the number of the host's own user namespace, the same on every kernel. */
const INITIAL = 'user:[4026531837]'

/** Whether bunc runs in a user namespace that somebody has made (rootless Podman): its root may not do all that root may. */
export function inUserNamespace(here: Sys): boolean {
  return here(readlinkat('cwd', '/proc/self/ns/user')) !== INITIAL
}

/** Whether bunc is root in the user namespace that process 1 is in: only then does systemd there take orders from it. */
export function isRootOfInit(here: Sys): boolean {
  if (here(geteuid()) !== 0) return false
  // In a namespace of a user's own, that of process 1 is not to be seen.
  const inits = here(tolerating(readlinkat('cwd', '/proc/1/ns/user'), 'EACCES', 'ENOENT'))
  return inits === here(readlinkat('cwd', '/proc/self/ns/user'))
}
