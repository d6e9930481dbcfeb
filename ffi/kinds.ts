// The kinds of arguments and results that the calls in ffi/calls/ are made of: how each becomes a register, and how a
// person reads it. Pointers are addresses in the arena of whoever performs the call.

import { type Call, hidden, type Kind, type Result } from './call.ts'
import type { Fd } from './fd.ts'

/** Where a path starts: an open directory, or the current one. */
export type At = Fd | 'cwd'

/** A signed or unsigned integer of up to 53 bits; a bigint for all 64. */
export const integer: Kind<number | bigint> = { encode: (value) => value, show: String }

/** A mode or another number that people read in octal. */
export const octal: Kind<number> = { encode: (value) => value, show: (value) => `0${value.toString(8)}` }

/** Bits that people read in hexadecimal. */
export const hexadecimal: Kind<number> = { encode: (value) => value, show: (value) => `0x${value.toString(16)}` }

export const descriptor: Kind<Fd> = { encode: (fd) => fd, show: String }

const AT_FDCWD = -100

export const at: Kind<At> = {
  encode: (dir) => (dir === 'cwd' ? AT_FDCWD : dir),
  show: (dir) => (dir === 'cwd' ? 'AT_FDCWD' : String(dir)),
}

/** Text that ends with NUL. Text that contains NUL is a RangeError: the kernel would see another, shorter text. */
export const text: Kind<string> = {
  encode: (value, memory) => memory.text(value),
  show: (value) => JSON.stringify(value),
}

export const optionalText: Kind<string | undefined> = {
  encode: (value, memory) => (value === undefined ? 0 : memory.text(value)),
  show: (value) => (value === undefined ? 'NULL' : JSON.stringify(value)),
}

/** Bytes to be read by the kernel, and their number: two registers. */
export const data: Kind<string | Uint8Array> = {
  encode: (value, memory) => {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value
    return [memory.bytes(bytes), bytes.length]
  },
  show: (value) => (typeof value === 'string' ? abbreviated(value) : `<${value.length} bytes>`),
}

/** A structure to be read by the kernel: one register. */
export const structure: Kind<Uint8Array> = {
  encode: (value, memory) => memory.bytes(value),
  show: (value) => `<${value.length} bytes>`,
}

/** Room for the kernel to write, of a size that the caller gives: address and size, two registers. */
export const buffer: Kind<number> = { encode: (size, memory) => [memory.space(size), size], show: String }

/** Room for a structure that the kernel writes: one register. */
export const room = (size: number): Kind<never> => hidden((memory) => memory.room(size))

/** Room for as many bytes as the kernel returns: one register. */
export const space = (size: number): Kind<never> => hidden((memory) => memory.space(size))

/** A register that always holds the same number. */
export const constant = (value: number, shown = ''): Kind<never> => ({
  encode: () => value,
  show: () => shown,
  hidden: true,
})

/** One of the names of a table, as its number. */
export function oneOf<T extends Readonly<Record<string, number>>>(table: T): Kind<keyof T & string> {
  return { encode: (name) => table[name] ?? 0, show: (name) => name }
}

/** Names of a table of up to 32 bits, or-ed together. `always` is or-ed to them, and not shown. */
export function bits<T extends Bits>(table: T, always = 0): Kind<readonly (keyof T & string)[]> {
  return {
    encode: (names) => orOf(table, names, always),
    show: (names) => (names.length === 0 ? '0' : names.join('|')),
  }
}

type Bits = Readonly<Record<string, number>>

/** Takes a table of up to 32 bits, names of it, and other bits, gives all of them or-ed together. */
export function orOf<T extends Bits>(table: T, names: readonly (keyof T & string)[], always = 0): number {
  let sum = always
  for (let i = 0; i < names.length; i++) sum |= table[names[i] ?? ''] ?? 0
  return sum >>> 0
}

/** The call gives nothing but success. */
export const nothing: Result<void> = { kind: 'nothing', decode: () => undefined, show: () => '0' }

/** The call opens a file; the performer makes the Fd. */
export const ownedFd: Result<Fd> = {
  kind: 'descriptor',
  decode: () => {
    throw new RangeError('A descriptor is made by the performer')
  },
  show: String,
}

/** The call gives a number. */
export const number: Result<number> = { kind: 'value', decode: (raw) => raw, show: String }

/** The call fills a structure. */
export function filled<R>(read: (view: DataView) => R): Result<R> {
  return { kind: 'value', decode: (_, [view]) => read(view ?? new DataView(new ArrayBuffer(0))), show: () => '0' }
}

/** The call fills a buffer and says how far. */
export const filledBytes: Result<Uint8Array> = {
  kind: 'value',
  decode: (raw, [view]) => (view === undefined ? new Uint8Array() : new Uint8Array(view.buffer, view.byteOffset, raw)),
  show: (value) => String(value.length),
}

/** The call writes bytes; fewer than all is an error that the caller does not have to think of. */
export const written: Result<number> = number

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Takes bytes, gives the UTF-8 text that they are; bytes that are no UTF-8 become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Takes text, gives its UTF-8 bytes. */
export function encodeText(value: string): Uint8Array {
  return encoder.encode(value)
}

const SHOWN = 64

function abbreviated(value: string): string {
  return value.length <= SHOWN ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, SHOWN))}…`
}

/** Takes a call that gives a number and gives one that gives nothing, for a batch to queue. */
export function silently<W extends 'anywhere' | 'task'>(call: Call<number, W>): Call<void, W> {
  return call.but({ result: nothing }) as Call<unknown, W> as Call<void, W>
}
