// Protocol buffers, against bytes that stand in their own documentation, and there and back.

import { describe, expect, test } from 'bun:test'

import { decode, encode } from '#src/checkpoint/protobuf.ts'

const bytes = (...values: number[]) => new Uint8Array(values)

describe('a message is written', () => {
  test('as the documentation of protocol buffers has it', () => {
    expect(encode([[1, 150]])).toEqual(bytes(0x08, 0x96, 0x01))
    expect(encode([[2, 'testing']])).toEqual(bytes(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67))
    expect(encode([[3, [[1, 150]]]])).toEqual(bytes(0x1a, 0x03, 0x08, 0x96, 0x01))
  })

  test('without what is undefined', () => {
    const message = [
      [1, undefined],
      [2, true],
    ] as const
    expect(encode(message)).toEqual(bytes(0x10, 1))
  })

  test('with numbers of fields that take two bytes', () => {
    expect(encode([[37, 'a']])).toEqual(bytes(0xaa, 0x02, 1, 0x61))
  })

  test('with numbers of more than 31 bits', () => {
    expect(decode(encode([[1, 2 ** 40 + 1]])).number(1)).toBe(2 ** 40 + 1)
  })

  test('with no number that is negative or broken', () => {
    for (const value of [-1, 1.5, Number.NaN]) expect(() => encode([[1, value]])).toThrow('No field can hold')
  })
})

describe('a message is read', () => {
  test('by the numbers of its fields', () => {
    const read = decode(
      encode([
        [1, 7],
        [2, 'ä'],
        [3, [[5, 9]]],
      ]),
    )
    expect([read.number(1), read.text(2), read.message(3)?.number(5)]).toEqual([7, 'ä', 9])
    expect([read.number(2), read.text(9), read.message(9)]).toEqual([undefined, undefined, undefined])
  })

  test('with negative numbers, which take ten bytes', () => {
    const minusOne = bytes(0x38, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)
    expect(decode(minusOne).number(7)).toBe(-1)
  })

  test('and refused when it ends too early, or has a field of a kind that criu never sends', () => {
    expect(() => decode(bytes(0x12, 0x07, 0x74))).toThrow('A message ends too early')
    expect(() => decode(bytes(0x08, 0x96))).toThrow('A message ends too early')
    expect(() => decode(bytes(0x0d, 0, 0, 0, 0))).toThrow('unknown kind 5')
  })
})
