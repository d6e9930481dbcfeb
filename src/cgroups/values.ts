// Reads the small files of a cgroup. Each gives all it has at the first read(2), so there is no second one to find its end.

import { type Sys, tolerating } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { openat, put, read } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'

/** kernfs makes a file's text in one page. */
const PAGE = 4096

/** What openat(2) says of a file of a cgroup that is gone: the second when it has found the file just before that. */
const GONE = ['ENOENT', 'ENODEV'] as const

/** Takes the path of a file, gives its text without the newline at its end. Throws a SyscallError. */
export function readValue(sys: Sys, path: string): string {
  using file = sys(openat('cwd', path, ['RDONLY']))
  return readOpen(sys, file)
}

/** Takes the path of a file, gives its text, or undefined where there is no such file or no such cgroup any more. */
export function readValueIfThere(sys: Sys, path: string): string | undefined {
  using file = sys(tolerating(openat('cwd', path, ['RDONLY']), ...GONE))
  if (file.missing) return undefined
  const bytes = sys(tolerating(read(file, PAGE), 'ENODEV'))
  return bytes === undefined ? undefined : decodeText(bytes).trimEnd()
}

/**
 * Takes the path of a file and a value, writes it unless the cgroup is gone. Gives whether there was such a file to open.
 * Throws a SyscallError.
 */
export function writeValueIfThere(sys: Sys, path: string, value: string): boolean {
  using file = sys(tolerating(openat('cwd', path, ['WRONLY']), ...GONE))
  if (file.missing) return false
  sys(tolerating(put(file, value), 'ENODEV'))
  return true
}

/** Takes an open file that is at its beginning, gives its text without the newline at its end. */
export function readOpen(sys: Sys, file: Fd): string {
  return decodeText(sys(read(file, PAGE))).trimEnd()
}

/** Takes the text of a file such as cgroup.events or memory.events and a key, gives what stands behind the key. */
export function fieldOf(text: string, key: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`${key} `))
    ?.slice(key.length + 1)
}

/** Takes a text of words, gives the words. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

/** Waits for so many milliseconds. */
export function pause(sys: Sys, milliseconds: number): void {
  sys(poll([], milliseconds))
}
