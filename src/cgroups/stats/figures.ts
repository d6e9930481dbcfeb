// Reads the figures of a cgroup's files, for the readers beside this file. A figure is a bigint: the kernel counts in 64
// bits, and "max" is the largest of them. Knows the forms of the files and no names.

import { type Sys, tolerating } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import { decodeText } from '#ffi/kinds.ts'
import { readAll } from '#src/files.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from '../record.ts'
import { wordsOf } from '../values.ts'

/** A controller's directory of a container, and how to read the files in it. */
export interface Place {
  readonly version: 1 | 2
  readonly path: string
  /** The text of a file; empty where there is no such file, or nothing is counted. */
  text(file: string): string
}

/** What stands for "no limit" in version 2, as runc prints it. */
const MAX = (1n << 64n) - 1n

/** Gives where a controller counts: its hierarchy of version 1, or that of version 2; undefined where there is none. */
export function placeOf(sys: Sys, record: CgroupRecord, controller: string): Place | undefined {
  const legacy = legacyOf(record, controller)
  const path = (legacy ?? unifiedOf(record))?.path
  if (path === undefined) return undefined
  return { version: legacy === undefined ? 2 : 1, path, text: (file) => textOf(sys, `${path}/${file}`) }
}

function textOf(sys: Sys, path: string): string {
  try {
    // Whole, unlike the files that hold one value: memory.stat may be longer than a page.
    using file = sys(tolerating(openat('cwd', path, ['RDONLY']), 'ENOENT'))
    return file.missing ? '' : decodeText(readAll(sys, file)).trimEnd()
  } catch (error) {
    // ENODEV: the cgroup has just been removed. EOPNOTSUPP: the kernel was started without pressure stall information.
    if (failedWith(error, 'ENODEV', 'EOPNOTSUPP')) return ''
    throw error
  }
}

/** Takes a text that is one figure or "max", gives the figure; 0 for anything else, as a file that is missing counts nothing. */
export function figure(text: string): bigint {
  if (text === 'max') return MAX
  return /^-?\d+$/.test(text) ? BigInt(text) : 0n
}

/** Takes a text of lines of a key and a figure, gives the figures in the order of their keys' names. */
export function keyed(text: string): Readonly<Record<string, bigint>> {
  const pairs = text.split('\n').map(wordsOf)
  const found = pairs
    .filter((words) => words.length === 2)
    .map(([key = '', value = '']) => [key, figure(value)] as const)
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Takes a list as cpuset(7) has it ("0-2,7"), gives its numbers. */
export function listed(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-')
    return first === '' ? [] : Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i)
  })
}

/** Takes a figure, gives undefined in the place of 0: runc leaves such a field out. */
export function unless0(value: bigint | undefined): bigint | undefined {
  return value === undefined || value === 0n ? undefined : value
}

/** Takes a list, gives undefined in the place of an empty one: runc leaves such a field out. */
export function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
