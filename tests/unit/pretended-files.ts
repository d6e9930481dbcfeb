// Answers of a host that has some files: what is in the table is there and can be read, everything else is not there.

import type { Call } from '#ffi/call.ts'
import { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'

/** Paths with their texts; a directory has none. */
export type Files = Readonly<Record<string, string | 'directory'>>

/** Gives answers to calls by path, and to reads of what they open. What is not about files is left to `others`. */
export function pretendedFiles(files: Files, others: (call: Call<unknown>) => unknown = () => undefined) {
  const atEnd = new WeakSet<Fd>()
  const there = (path: string) => Object.hasOwn(files, path)
  return (call: Call<unknown>): unknown => {
    const [first, second, third] = call.operands()
    switch (call.name) {
      case 'openat': {
        const makes = Array.isArray(third) && third.includes('CREAT')
        return makes || there(String(second)) ? undefined : { refused: 'ENOENT' }
      }
      case 'newfstatat':
        return there(String(second)) ? { type: 'file' } : { refused: 'ENOENT' }
      case 'read': {
        if (!(first instanceof Fd) || atEnd.has(first)) return new Uint8Array()
        atEnd.add(first)
        return encodeText(files[first.label] ?? '')
      }
      case 'write':
        return call.result.kind === 'value' ? encodeText(String(second)).length : undefined
      default:
        return others(call)
    }
  }
}
