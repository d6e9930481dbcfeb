// Ranges of user and group ids: those that exist in this user namespace, and those that /etc/subuid and /etc/subgid grant
// to a user (subuid(5)). What is done with them is known elsewhere.

import type { Sys } from '#ffi/call.ts'
import { readTextIfThere } from '#src/files.ts'

/** Ids from `first` on. */
export interface IdRange {
  readonly first: number
  readonly size: number
}

/** Takes the text of /proc/self/uid_map or gid_map (user_namespaces(7)), gives the ids that exist in this namespace. */
export function ownRanges(map: string): readonly IdRange[] {
  return map.split('\n').flatMap((line) => {
    const [first, , size] = line.trim().split(/\s+/)
    return size === undefined ? [] : [{ first: Number(first), size: Number(size) }]
  })
}

/** Takes a kind of id and a user, gives what the host's file grants them: by name, or by number. */
export function subordinateRanges(here: Sys, kind: 'uid' | 'gid', user: number): readonly IdRange[] {
  const names = [String(user), nameOf(readTextIfThere(here, '/etc/passwd') ?? '', user)]
  return (readTextIfThere(here, `/etc/sub${kind}`) ?? '').split('\n').flatMap((line) => {
    const [who, first, size] = line.split(':')
    return size === undefined || !names.includes(who) ? [] : [{ first: Number(first), size: Number(size) }]
  })
}

/** Takes the text of /etc/passwd and a user id, gives the name, if it has one. */
export function nameOf(passwd: string, user: number): string | undefined {
  return passwd
    .split('\n')
    .find((line) => line.split(':')[2] === String(user))
    ?.split(':')[0]
}

/** Whether every id of a range is in one of those that are given. */
export function covers(ranges: readonly IdRange[], wanted: IdRange): boolean {
  let { first, size } = wanted
  while (size > 0) {
    const range = ranges.find((one) => first >= one.first && first < one.first + one.size)
    if (range === undefined) return false
    const covered = range.first + range.size - first
    first += covered
    size -= covered
  }
  return true
}
