// Whole files and directories of the host, by path: what is more than one system call and no business of any one layer.
// Paths below a container's root never come here: src/rootfs resolves those.

import { tolerating, type Sys } from '#ffi/call.ts'
import {
  type Entry,
  fstat,
  getdents,
  mkdirat,
  openat,
  openat2,
  type OpenHow,
  put,
  read,
  renameat,
  type Stat,
  unlinkat,
  write,
} from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText, encodeText } from '#ffi/kinds.ts'

/** Most files that a runtime reads are of a few lines: a larger room would cost more than the reading. */
const READ_FIRST = 4096
const READ_AT_ONCE = 65536

/** As `most`, for files that give all they have at the first read(2): a second one would only find their end. */
export const AT_ONCE = 1

/** Takes an open file, gives everything from its position to its end, or about as many bytes as are wanted at most. */
export function readAll(sys: Sys, file: Fd, most = Number.POSITIVE_INFINITY): Uint8Array {
  let whole = sys(read(file, READ_FIRST))
  // A short read need not be the end (procfs); an empty one is.
  for (let part = whole; part.length > 0 && whole.length < most;) {
    part = sys(read(file, READ_AT_ONCE))
    if (part.length === 0) break
    const longer = new Uint8Array(whole.length + part.length)
    longer.set(whole)
    longer.set(part, whole.length)
    whole = longer
  }
  return whole
}

/** Takes the path of a file, gives its text. Throws a SyscallError. */
export function readText(sys: Sys, path: string, most?: number): string {
  using file = sys(openat('cwd', path, ['RDONLY']))
  return decodeText(readAll(sys, file, most))
}

/** Takes the path of a file, gives its text, or undefined where there is no such file. */
export function readTextIfThere(sys: Sys, path: string, most?: number): string | undefined {
  using file = sys(tolerating(openat('cwd', path, ['RDONLY']), 'ENOENT', 'ENOTDIR'))
  return file.missing ? undefined : decodeText(readAll(sys, file, most))
}

/** Writes a value to a file that takes it whole: procfs, sysfs, cgroupfs. Throws a SyscallError. */
export function writeValue(sys: Sys, path: string, value: string): void {
  using file = sys(openat('cwd', path, ['WRONLY']))
  sys(put(file, value))
}

/** Writes all of a text to an open file, however many calls that takes. */
export function writeAll(sys: Sys, file: Fd, value: string | Uint8Array): void {
  let rest = typeof value === 'string' ? encodeText(value) : value
  while (rest.length > 0) rest = rest.subarray(sys(write(file, rest)))
}

/** Writes a file that is not there yet. Takes its path, what it holds and its mode. Throws a SyscallError. */
export function writeNew(sys: Sys, path: string, value: string | Uint8Array, mode: number): void {
  using file = sys(openat('cwd', path, ['WRONLY', 'CREAT', 'EXCL'], mode))
  writeAll(sys, file, value)
}

/**
 * Replaces a file, or leaves it as it was: the text is written beside it under a name that begins with a dot, then
 * renamed. Takes the path, the text and the mode of the file.
 */
export function replaceFile(sys: Sys, path: string, value: string, mode: number): void {
  const slash = path.lastIndexOf('/')
  const beside = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}`
  try {
    using file = openNew(sys, beside, mode)
    writeAll(sys, file, value)
  } catch (error) {
    sys(tolerating(unlinkat('cwd', beside, []), 'ENOENT'))
    throw error
  }
  sys(renameat('cwd', beside, 'cwd', path))
}

/** Opens a file that is not there yet. One of its name was left by a process that was killed, and is removed. */
function openNew(sys: Sys, path: string, mode: number): Fd {
  const make = openat('cwd', path, ['WRONLY', 'CREAT', 'EXCL'], mode)
  const file = sys(tolerating(make, 'EEXIST'))
  if (!file.missing) return file
  sys(tolerating(unlinkat('cwd', path, []), 'ENOENT'))
  return sys(make)
}

/** Makes a directory and those above it that are missing. Takes an absolute path and the mode of new ones. */
export function makeDirectories(sys: Sys, path: string, mode: number): void {
  const make = tolerating(mkdirat('cwd', path, mode), 'EEXIST')
  try {
    sys(make)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
    makeDirectories(sys, path.slice(0, path.lastIndexOf('/')) || '/', mode)
    sys(make)
  }
}

/** Takes the path of a directory, gives what is in it; nothing where there is no such directory. */
export function entriesOf(sys: Sys, path: string): readonly Entry[] {
  using dir = sys(tolerating(openat('cwd', path, ['RDONLY', 'DIRECTORY']), 'ENOENT', 'ENOTDIR'))
  return dir.missing ? [] : entriesOfOpen(sys, dir)
}

/** Takes an open directory, gives what is in it. */
export function entriesOfOpen(sys: Sys, dir: Fd): readonly Entry[] {
  const entries: Entry[] = []
  for (;;) {
    const some = sys(getdents(dir))
    if (some === undefined) return entries
    entries.push(...some)
  }
}

/** Removes a directory with everything in it, following no link and crossing no mount. What is not there is no error. */
export function removeTree(sys: Sys, path: string): void {
  {
    using dir = sys(tolerating(openat('cwd', path, ['RDONLY', 'DIRECTORY', 'NOFOLLOW']), 'ENOENT', 'ENOTDIR'))
    if (!dir.missing) removeBelow(sys, dir)
  }
  sys(tolerating(unlinkat('cwd', path, ['REMOVEDIR']), 'ENOENT'))
}

/** What is mounted there is not ours to empty: opening it is EXDEV. */
const WITHIN: OpenHow = { flags: ['RDONLY', 'DIRECTORY'], resolve: ['NO_XDEV', 'NO_SYMLINKS'] }

function removeBelow(sys: Sys, dir: Fd): void {
  for (const { name, type } of entriesOfOpen(sys, dir)) {
    if (type === 'directory') {
      using child = sys(tolerating(openat2(dir, name, WITHIN), 'ENOENT'))
      if (!child.missing) removeBelow(sys, child)
      sys(tolerating(unlinkat(dir, name, ['REMOVEDIR']), 'ENOENT'))
    } else sys(tolerating(unlinkat(dir, name, []), 'ENOENT'))
  }
}

/** Takes a path, gives what stat(2) says of it, or undefined where there is nothing. */
export function statIfThere(sys: Sys, path: string): Stat | undefined {
  using file = sys(tolerating(openat('cwd', path, ['PATH']), 'ENOENT', 'ENOTDIR'))
  return file.missing ? undefined : sys(fstat(file))
}
