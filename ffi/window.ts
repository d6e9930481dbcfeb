// JavaScript's sight of the beginning of a memory area. It widens when somebody needs to see further: what JavaScript
// sees counts as its own memory, and a few megabytes of that make its garbage collector run, which takes milliseconds.

import type { Mapping } from './libc.ts'

/** As much as one page of entries and their usual strings need. */
const FIRST = 32 << 10

/** The visible part of an area. Take `u8` and the others anew after `show`: they are replaced when it widens. */
export class Window {
  private readonly mapping: Mapping
  private readonly start: number
  private readonly most: number
  u8: Buffer<ArrayBuffer>
  u32: Uint32Array<ArrayBuffer>
  i32: Int32Array<ArrayBuffer>
  view: DataView

  /** Takes a mapping, and where in it the area begins and how large it is, in bytes. */
  constructor(mapping: Mapping, start: number, most: number) {
    this.mapping = mapping
    this.start = start
    this.most = most
    this.u8 = seen(mapping.view(start, Math.min(FIRST, most)))
    this.u32 = words(Uint32Array, this.u8)
    this.i32 = words(Int32Array, this.u8)
    this.view = new DataView(this.u8.buffer, this.u8.byteOffset, this.u8.length)
  }

  /** Makes the bytes before `end` visible; false where the area has no such bytes. */
  show(end: number): boolean {
    if (end <= this.u8.length) return true
    if (end > this.most) return false
    this.u8 = seen(this.mapping.view(this.start, Math.min(2 ** Math.ceil(Math.log2(end)), this.most)))
    this.u32 = words(Uint32Array, this.u8)
    this.i32 = words(Int32Array, this.u8)
    this.view = new DataView(this.u8.buffer, this.u8.byteOffset, this.u8.length)
    return true
  }
}

type Words<T> = new (buffer: ArrayBuffer, offset: number, length: number) => T

function words<T>(Array: Words<T>, { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): T {
  return new Array(buffer, byteOffset, length >> 2)
}

/** The same bytes, as what can write text to them. */
function seen({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.from(buffer, byteOffset, length)
}
