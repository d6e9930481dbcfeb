// Just enough of protocol buffers for the CRI: messages as lists of numbered fields, with no schema. See "Encoding" in
// the protocol buffers documentation.

/** A field's number and value: text, a whole number, a flag, or a message of its own. A repeated field is repeated. */
export type Field = readonly [number: number, value: string | number | boolean | Message]

export type Message = readonly Field[]

const VARINT = 0
const LENGTH_DELIMITED = 2

/** The wire form of `message`. */
export function encode(message: Message): Uint8Array {
  return Uint8Array.from(message.flatMap(encodeField))
}

/** The fields of a message in wire form: by number, whole numbers and byte strings in the order in which they came. */
export class Decoded {
  readonly #numbers = new Map<number, number[]>()
  readonly #strings = new Map<number, Uint8Array[]>()

  constructor(bytes: Uint8Array) {
    let at = 0
    const varint = () => {
      let value = 0
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++] ?? 0
        value += (byte % 128) * scale
        if (byte < 128) return value
      }
    }
    while (at < bytes.length) {
      const key = varint()
      const field = Math.floor(key / 8)
      const value = varint()
      if (key % 8 === VARINT) append(this.#numbers, field, value)
      else if (key % 8 === LENGTH_DELIMITED) append(this.#strings, field, bytes.subarray(at, (at += value)))
      else throw new Error(`Cannot decode a field of wire type ${key % 8}`)
    }
  }

  /** A whole number or flag; 0 where it is not there, as in proto3. */
  number(field: number): number {
    return this.#numbers.get(field)?.at(-1) ?? 0
  }

  /** Text; empty where it is not there. */
  text(field: number): string {
    return new TextDecoder().decode(this.#bytes(field))
  }

  /** A message within; empty where it is not there. */
  message(field: number): Decoded {
    return new Decoded(this.#bytes(field))
  }

  #bytes(field: number): Uint8Array {
    return this.#strings.get(field)?.at(-1) ?? new Uint8Array()
  }
}

function encodeField([number, value]: Field): number[] {
  if (typeof value === 'number' || typeof value === 'boolean')
    return [...varintOf(number * 8), ...varintOf(Number(value))]
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : encode(value)
  return [...varintOf(number * 8 + LENGTH_DELIMITED), ...varintOf(bytes.length), ...bytes]
}

function varintOf(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varintOf(Math.floor(value / 128))]
}

function append<T>(map: Map<number, T[]>, key: number, value: T): void {
  map.set(key, [...(map.get(key) ?? []), value])
}
