// Structures as the kernel lays them out: fields in order, each at a multiple of its own size. Little-endian, as both
// architectures are.

type Field = 'u8' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64'
/** The fields of a structure, in order. */
export type Fields = Readonly<Record<string, Field>>
/** The fields of a structure as numbers; 64-bit ones beyond 2^53 lose their last bits, unless given as bigint. */
export type Values<F extends Fields> = { readonly [name in keyof F]: number }
/** Some of its fields; those that are left out are zero. */
export type Given<F extends Fields> = { readonly [name in keyof F]?: number | bigint }

/** Memory, in two ways: as words, which are written at once, and for what is smaller than one. */
export interface Sight {
  readonly u32: Uint32Array
  readonly view: DataView
}

const TWO_32 = 2 ** 32
const WORD = 4
const SIZES = { u8: 1, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8 } as const

/** A structure: its size in bytes, how it is written and how it is read. */
export interface Struct<F extends Fields> {
  readonly size: number
  /** Takes some of the fields, gives the bytes; the others are zero. */
  write(values: Given<F>): Uint8Array<ArrayBuffer>
  /** Takes memory that is zero from an offset on, a multiple of four, and some of the fields, writes them there. */
  writeTo(memory: Sight, start: number, values: Given<F>): void
  /** Takes memory that begins with the structure, gives its fields. */
  read(view: DataView): Values<F>
}

interface Place {
  readonly name: string
  readonly field: Field
  /** Bytes. */
  readonly size: number
  readonly offset: number
}

/** Where the fields are, and the size: computed when the structure is used first, for most commands use few. */
class Layout<F extends Fields> implements Struct<F> {
  private readonly fields: F
  private places: readonly Place[] | undefined
  private total = 0

  constructor(fields: F) {
    this.fields = fields
  }

  get size(): number {
    this.laid()
    return this.total
  }

  write(values: Given<F>): Uint8Array<ArrayBuffer> {
    const buffer = new ArrayBuffer((this.size + 3) & ~3)
    this.writeTo({ u32: new Uint32Array(buffer), view: new DataView(buffer) }, 0, values)
    return new Uint8Array(buffer, 0, this.size)
  }

  writeTo({ u32, view }: Sight, start: number, values: Given<F>): void {
    const places = this.laid()
    for (let i = 0; i < places.length; i++) {
      const { name, size, offset } = places[i] as Place
      const value = values[name]
      if (value === undefined || value === 0) continue
      if (size < WORD) putSmall(view, start + offset, size, Number(value))
      else putWords(u32, (start + offset) >> 2, size, value)
    }
  }

  read(view: DataView): Values<F> {
    return Object.fromEntries(
      this.laid().map(({ name, field, offset }) => [name, get(view, offset, field)]),
    ) as Values<F>
  }

  private laid(): readonly Place[] {
    if (this.places !== undefined) return this.places
    const places: Place[] = []
    let end = 0
    let widest = 1
    for (const name in this.fields) {
      const field = this.fields[name] as Field
      const size = SIZES[field]
      end = Math.ceil(end / size) * size
      places.push({ name, field, size, offset: end })
      end += size
      widest = Math.max(widest, size)
    }
    this.total = Math.ceil(end / widest) * widest
    this.places = places
    return places
  }
}

/** Defines a structure by its fields in order. */
export function struct<const F extends Fields>(fields: F): Struct<F> {
  return new Layout(fields)
}

function putSmall(view: DataView, offset: number, size: number, value: number): void {
  if (size === 2) view.setInt16(offset, value, true)
  else view.setInt8(offset, value)
}

/** Of a number that is too large for a word, the second one has the upper half. */
function putWords(u32: Uint32Array, at: number, size: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    u32[at] = Number(BigInt.asUintN(32, value))
    if (size > WORD) u32[at + 1] = Number(BigInt.asUintN(32, value >> 32n))
  } else {
    u32[at] = value
    if (size > WORD && (value < 0 || value >= TWO_32)) u32[at + 1] = Math.floor(value / TWO_32)
  }
}

function get(view: DataView, offset: number, field: Field): number {
  switch (field) {
    case 'u8':
      return view.getUint8(offset)
    case 'u16':
      return view.getUint16(offset, true)
    case 'i32':
      return view.getInt32(offset, true)
    case 'u32':
      return view.getUint32(offset, true)
    case 'i64':
      return Number(view.getBigInt64(offset, true))
    case 'u64':
      return Number(view.getBigUint64(offset, true))
  }
}
