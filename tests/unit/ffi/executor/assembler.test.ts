// What both assemblers share: lines, labels, and jumps that are completed when their targets are known.

import { describe, expect, test } from 'bun:test'

import { Listing, littleEndian, shown } from '#ffi/executor/assembler.ts'

/** A listing of two jumps to each other, whose bytes are the distance. */
function jumps(): Listing {
  const listing = new Listing()
  listing.label('back')
  listing.emit([1, 2, 3], 'first', 'a comment')
  listing.emitTo('forth', { size: 2, text: 'to forth', comment: '', complete: (distance) => [distance, 0xee] })
  listing.label('forth')
  listing.emitTo('back', { size: 1, text: 'to back', comment: '', complete: (distance) => [distance & 0xff] })
  return listing
}

describe('a listing', () => {
  test('has a line for each instruction, with its offset', () => {
    const { lines } = jumps().finish()
    expect(lines).toEqual([
      { offset: 0, bytes: [1, 2, 3], text: 'first', comment: 'a comment' },
      { offset: 3, bytes: [2, 0xee], text: 'to forth', comment: '' },
      { offset: 5, bytes: [0xfb], text: 'to back', comment: '' },
    ])
  })

  test('becomes the bytes of its lines', () => {
    expect(jumps().finish().bytes).toEqual(new Uint8Array([1, 2, 3, 2, 0xee, 0xfb]))
  })

  test('knows where its labels stand, and which stand at a place', () => {
    const listing = jumps()
    listing.label('end')
    listing.label('also end')
    const code = listing.finish()
    expect(['back', 'forth', 'end'].map((label) => code.offsetOf(label))).toEqual([0, 5, 6])
    expect([listing.labelsAt(6), listing.labelsAt(1)]).toEqual([['end', 'also end'], []])
  })

  test('refuses a label that stands twice', () => {
    const listing = jumps()
    expect(() => listing.label('back')).toThrow(new RangeError('Label "back" stands twice'))
  })

  test('refuses a jump to a label that stands nowhere', () => {
    const listing = jumps()
    listing.emitTo('nowhere', { size: 1, text: '', comment: '', complete: () => [0] })
    expect(() => listing.finish()).toThrow(new RangeError('Label "nowhere" does not stand anywhere'))
    expect(() => jumps().finish().offsetOf('nowhere')).toThrow('Label "nowhere" does not stand anywhere')
  })
})

test('32 bits are stored with the lowest byte first', () => {
  expect(littleEndian(0x1234_5678)).toEqual([0x78, 0x56, 0x34, 0x12])
  expect(littleEndian(-2)).toEqual([0xfe, 0xff, 0xff, 0xff])
  expect(littleEndian(0xffff_ffff)).toEqual([0xff, 0xff, 0xff, 0xff])
})

test('large constants are shown in hexadecimal', () => {
  expect([0, 4095, 4096, 0x1000_0000, -4096].map(shown)).toEqual(['0', '4095', '0x1000', '0x10000000', '-4096'])
})
