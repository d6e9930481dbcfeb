// As much of protocol buffers as criu speaks with its callers (protobuf.dev, "Encoding"): numbers, texts and messages. A
// message is a list of fields, in the order in which they are written.

import { decodeText, encodeText } from '#ffi/kinds.ts'

/** What a field holds; an undefined one is left out. Numbers are not negative. */
export type Value = number | boolean | string | Message | undefined

/** Fields by their numbers. One that holds several values stands several times. */
export type Message = readonly (readonly [field: number, value: Value])[]

const VARINT = 0
const SIZED = 2

/** Gives the bytes of a message. Throws a RangeError for a number that is negative or no integer. */
export function encode(message: Message): Uint8Array {
  return new Uint8Array(bytesOf(message))
}

function bytesOf(message: Message): number[] {
  return message.flatMap(([field, value]) => {
    if (value === undefined) return []
    if (typeof value === 'boolean') return [...varint(field * 8 + VARINT), value ? 1 : 0]
    if (typeof value === 'number') return [...varint(field * 8 + VARINT), ...varint(value)]
    const bytes = typeof value === 'string' ? [...encodeText(value)] : bytesOf(value)
    return [...varint(field * 8 + SIZED), ...varint(bytes.length), ...bytes]
  })
}

/** Seven bits a byte, the lowest first; all but the last byte have the highest bit. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`No field can hold ${value}`)
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/** A message that was read. Of a field that stands several times, the last one counts. */
export interface Decoded {
  /** A number; undefined where there is none. What was sent as a negative int32 is negative. */
  number(field: number): number | undefined
  text(field: number): string | undefined
  message(field: number): Decoded | undefined
}

/** Reads a message. Throws a RangeError when it is damaged. */
export function decode(bytes: Uint8Array): Decoded {
  const numbers = new Map<number, number>()
  const parts = new Map<number, Uint8Array>()
  const reader = new Reader(bytes)
  while (reader.more) {
    const key = reader.varint()
    const field = Math.floor(key / 8)
    if (key % 8 === VARINT) numbers.set(field, reader.varint())
    else if (key % 8 === SIZED) parts.set(field, reader.bytes(reader.varint()))
    else throw new RangeError(`A message has a field of the unknown kind ${key % 8}`)
  }
  const part = <R>(field: number, read: (bytes: Uint8Array) => R): R | undefined => {
    const found = parts.get(field)
    return found === undefined ? undefined : read(found)
  }
  return {
    number: (field) => numbers.get(field),
    text: (field) => part(field, decodeText),
    message: (field) => part(field, decode),
  }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get more(): boolean {
    return this.#at < this.#bytes.length
  }

  varint(): number {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const [byte = 0] = this.bytes(1)
      value |= BigInt(byte & 0x7f) << shift
      // A negative number takes ten bytes, as if it had 64 bits.
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
  }

  bytes(count: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + count)
    if (count < 0 || part.length < count) throw new RangeError('A message ends too early')
    this.#at += count
    return part
  }
}
