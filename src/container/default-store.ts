// Where containers are kept when nobody says where.

import type { Sys } from '#ffi/call.ts'
import { geteuid } from '#ffi/calls/credentials.ts'
import { isRootOfInit } from '#src/namespaces/own.ts'

/**
 * The directory: /run/bunc for root, else one of the user's own, whose name begins with XDG_RUNTIME_DIR. `runtime` is that
 * variable. Root of a user namespace within somebody's session (rootless Podman, which does not say where) is that user.
 */
export function defaultStore(sys: Sys, runtime: string | undefined): string {
  if (runtime) return isRootOfInit(sys) ? '/run/bunc' : `${runtime}/bunc`
  const user = sys(geteuid())
  return user === 0 ? '/run/bunc' : `/tmp/bunc-${user}`
}
