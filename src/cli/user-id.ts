// Reads UID[:GID]. Numbers only: a name would have to be looked up in files of the image, and an image may name its
// root user "1000" (CVE-2016-3697).

import type { User } from './grammar.ts'
import { UsageError } from './usage-error.ts'
import { isDigits } from './whole-number.ts'

/** The kernel reads 2^32-1 as "leave it as it is" (setresuid(2)), so it is nobody's number. */
const LAST_ID = 0xffff_fffe

/** The user that `text` names. Throws a `UsageError` for anything but UID or UID:GID in decimal. */
export function userId(text: string): User {
  const [uid = '', gid, more] = text.split(':')
  if (!isId(uid) || (gid !== undefined && !isId(gid)) || more !== undefined) {
    throw new UsageError(`"${text}" is not UID or UID:GID in numbers`)
  }
  return { uid: Number(uid), gid: gid === undefined ? undefined : Number(gid) }
}

function isId(text: string): boolean {
  return isDigits(text) && Number(text) <= LAST_ID
}
