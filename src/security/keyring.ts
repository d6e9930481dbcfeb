// The session keyring of a container (session-keyring(7)): one of its own, so that it sees none of its caller's keys.

import { harmlessly, type TaskSys } from '#ffi/call.ts'
import { joinSessionKeyring, setKeyPermissions } from '#ffi/calls/keys.ts'
import { silently } from '#ffi/kinds.ts'

/** KEY_SPEC_SESSION_KEYRING: whichever the caller has now. */
const SESSION = -3
/** What a new keyring has (possessor all, user view, read and link), and search for the user: runc's choice. */
const PERMISSIONS = 0x3f1b_0000

/** Gives the task a session keyring of the container's name. A kernel without keys has none to hide. */
export function newKeyring(sys: TaskSys, id: string): void {
  sys(harmlessly(silently(joinSessionKeyring(`_ses.${id}`))))
  sys(harmlessly(setKeyPermissions(SESSION, PERMISSIONS)))
}
