// The user namespace that bunc itself runs in.

import type { Sys } from '#ffi/call.ts'
import { readlinkat } from '#ffi/calls/file.ts'

/** PROC_USER_INIT_INO of linux/proc_ns.h: the number of the host's own user namespace, the same on every kernel. */
const INITIAL = 'user:[4026531837]'

/** Whether bunc runs in a user namespace that somebody has made (rootless Podman): its root may not do all that root may. */
export function inUserNamespace(here: Sys): boolean {
  return here(readlinkat('cwd', '/proc/self/ns/user')) !== INITIAL
}
