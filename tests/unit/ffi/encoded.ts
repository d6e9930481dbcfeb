// A call as the kernel would get it: encoded into an arena that nobody performs, and read back by the layout. The memory
// pretends to lie at an address, so that an argument which is a pointer can be followed.

import { Arena, ARENA_SIZE, type Reference } from '#ffi/arena.ts'
import type { Call } from '#ffi/call.ts'
import type { Mapping } from '#ffi/libc.ts'
import { ENTRY, REQUEST } from '#ffi/executor/layout.ts'

/** Where the memory pretends to lie: above 32 bits, as real mappings do. */
export const ADDRESS = 0x7f12_3456_0000

/** An arena over memory that nobody maps; `at` is where the process that makes the calls would see its two areas. */
export function pretendedArena(at?: { request: number; reply: number }): { arena: Arena; view: DataView } {
  const buffer = new ArrayBuffer(ARENA_SIZE)
  return { arena: new Arena(pretendedMapping(buffer), at), view: new DataView(buffer) }
}

/** A mapping of memory that nobody maps. */
export function pretendedMapping(buffer: ArrayBuffer): Mapping {
  return { address: ADDRESS, size: buffer.byteLength, view: (offset, size) => new Uint8Array(buffer, offset, size) }
}

/** One entry of the request area, as the executor reads it. */
export interface Encoded {
  readonly number: number
  /** The six argument registers, as unsigned 64-bit numbers. */
  readonly args: readonly bigint[]
  readonly references: readonly number[]
  readonly tolerated: readonly [number, number]
  readonly flags: number
  /** Sizes of the rooms that results go to. */
  readonly rooms: readonly number[]
  /** The text that register `i` points to. */
  text(i: number): string
  /** `size` bytes that register `i` points to, or that begin at an address. */
  bytes(i: number | bigint, size: number): Uint8Array
  view(i: number | bigint, size: number): DataView
}

/** Encodes a call alone. `reference` says which descriptors are results of the same batch; none when left out. */
export function encoded(call: Call<unknown>, reference: Reference = () => undefined): Encoded {
  const { arena, view } = pretendedArena()
  const index = arena.add(call, reference)
  return { ...readEntry(view, index), rooms: arena.rooms.map(({ size }) => size) }
}

/** Reads entry `index` of an arena's memory. */
export function readEntry(memory: DataView, index: number): Omit<Encoded, 'rooms'> {
  const at = REQUEST.entries + index * ENTRY.size
  const six = [0, 1, 2, 3, 4, 5]
  const args = six.map((i) => memory.getBigUint64(at + ENTRY.args + 8 * i, true))
  const place = (i: number | bigint) => Number(typeof i === 'bigint' ? i : (args[i] ?? 0n)) - ADDRESS
  const bytes = (i: number | bigint, size: number) => new Uint8Array(memory.buffer, place(i), size).slice()
  return {
    number: memory.getUint32(at + ENTRY.number, true),
    args,
    references: six.map((i) => memory.getUint8(at + ENTRY.references + i)),
    tolerated: [memory.getUint16(at + ENTRY.tolerated, true), memory.getUint16(at + ENTRY.tolerated + 2, true)],
    flags: memory.getUint8(at + ENTRY.flags),
    text: (i) => textAt(memory, place(i)),
    bytes,
    view: (i, size) => new DataView(bytes(i, size).buffer),
  }
}

function textAt(memory: DataView, at: number): string {
  const rest = new Uint8Array(memory.buffer, at)
  return new TextDecoder().decode(rest.subarray(0, rest.indexOf(0)))
}
