// `tmpcopyup`: a tmpfs that begins with what the directory under it holds. Copied by the task, below descriptors of both
// ends, following no link.

import { type Sys, tolerating } from '#ffi/call.ts'
import {
  device,
  type Entry,
  fchmodat,
  fchown,
  fstat,
  mkdirat,
  mknodat,
  openat,
  put,
  read,
  readlinkat,
  type Stat,
  symlinkat,
} from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { entriesOfOpen } from '#src/files.ts'

const AT_ONCE = 65536

/** Copies what is in one directory into another, with modes and owners. Sockets are left out: nobody listens on a copy. */
export function copyUp(sys: Sys, from: Fd, to: Fd): void {
  using dir = sys(openat(from, '.', ['RDONLY', 'DIRECTORY']))
  for (const { name } of entriesOfOpen(sys, dir)) copyEntry(sys, { from: dir, to, name })
}

function copyEntry(sys: Sys, { from, to, name }: { from: Fd; to: Fd; name: Entry['name'] }): void {
  using source = sys(openat(from, name, ['PATH', 'NOFOLLOW']))
  const stat = sys(fstat(source))
  if (stat.type === 'directory') copyDirectory(sys, { source, to, name })
  else if (stat.type === 'symlink') sys(symlinkat(sys(readlinkat(source, '')), to, name))
  else if (stat.type === 'file') copyFile(sys, { from, to, name })
  else if (stat.type === 'char' || stat.type === 'block' || stat.type === 'fifo')
    sys(mknodat(to, name, { type: stat.type, mode: stat.mode }, device(stat.major, stat.minor)))
  else return
  own(sys, { to, name, stat })
}

function copyDirectory(sys: Sys, { source, to, name }: { source: Fd; to: Fd; name: string }): void {
  sys(mkdirat(to, name, 0o700))
  using copy = sys(openat(to, name, ['PATH', 'DIRECTORY', 'NOFOLLOW']))
  copyUp(sys, source, copy)
}

function copyFile(sys: Sys, { from, to, name }: { from: Fd; to: Fd; name: string }): void {
  using source = sys(openat(from, name, ['RDONLY', 'NOFOLLOW', 'NONBLOCK']))
  using copy = sys(openat(to, name, ['WRONLY', 'CREAT', 'EXCL'], 0o600))
  for (let bytes = sys(read(source, AT_ONCE)); bytes.length > 0; bytes = sys(read(source, AT_ONCE)))
    sys(put(copy, bytes))
}

/** The owner first: a change of it takes set-user-id bits away. A link has no mode of its own. */
function own(sys: Sys, { to, name, stat }: { to: Fd; name: string; stat: Stat }): void {
  using copy = sys(openat(to, name, ['PATH', 'NOFOLLOW']))
  // EINVAL: an owner that the user namespace does not know stays root's.
  sys(tolerating(fchown(copy, stat.uid, stat.gid), 'EINVAL'))
  if (stat.type !== 'symlink') sys(fchmodat(to, name, stat.mode))
}
