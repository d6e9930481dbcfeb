// The kinds of arguments and results: what becomes of each in a register, and how a person reads it.

import { describe, expect, test } from 'bun:test'

import { type Kind, syscall } from '#ffi/call.ts'
import {
  at,
  bits,
  buffer,
  data,
  decodeText,
  encodeText,
  filled,
  filledBytes,
  hexadecimal,
  integer,
  nothing,
  number,
  octal,
  oneOf,
  optionalText,
  ownedFd,
  silently,
  structure,
  text,
} from '#ffi/kinds.ts'
import { encoded } from './encoded.ts'
import { pretendedOwner } from './pretended-owner.ts'

const owner = pretendedOwner()
/** A call of one argument of a kind. */
const one = <T>(kind: Kind<T>, value: T) => syscall<[value: T], void>('read', [kind], nothing)(value)
const shown = <T>(kind: Kind<T>, value: T) => kind.show(value)

describe('arguments', () => {
  test('an integer reads as it is, a mode in octal', () => {
    expect([shown(integer, -1), shown(integer, 2n ** 64n - 1n)]).toEqual(['-1', '18446744073709551615'])
    expect([shown(octal, 0o755), shown(octal, 0), shown(hexadecimal, 0x3f1b_0000)]).toEqual([
      '0755',
      '00',
      '0x3f1b0000',
    ])
  })

  test('the current directory is AT_FDCWD', () => {
    expect(encoded(one(at, 'cwd')).args[0]).toBe(BigInt.asUintN(64, -100n))
    expect(encoded(one(at, owner.open('/', 6))).args[0]).toBe(6n)
    expect([shown(at, 'cwd'), shown(at, owner.open('/', 6))]).toEqual(['AT_FDCWD', '6</>'])
  })

  test('text is quoted, an absent one is NULL', () => {
    expect([shown(text, 'a"b'), shown(optionalText, undefined), shown(optionalText, 'x')]).toEqual([
      '"a\\"b"',
      'NULL',
      '"x"',
    ])
    expect(encoded(one(optionalText, undefined)).args[0]).toBe(0n)
    expect(encoded(one(optionalText, 'there')).text(0)).toBe('there')
  })

  test('data is an address and a length in bytes, not in characters', () => {
    const asText = encoded(one(data, 'äö'))
    expect([asText.args[1], asText.bytes(0, 4)]).toEqual([4n, new Uint8Array([0xc3, 0xa4, 0xc3, 0xb6])])
    const asBytes = encoded(one(data, new Uint8Array([0, 1, 2])))
    expect([asBytes.args[1], asBytes.bytes(0, 3)]).toEqual([3n, new Uint8Array([0, 1, 2])])
  })

  test('data may contain NUL, and long data is abbreviated for people', () => {
    expect(encoded(one(data, 'a\0b')).bytes(0, 3)).toEqual(new Uint8Array([97, 0, 98]))
    expect(shown(data, 'x'.repeat(64))).toBe(`"${'x'.repeat(64)}"`)
    expect(shown(data, 'x'.repeat(65))).toBe(`"${'x'.repeat(64)}"…`)
    expect([shown(data, new Uint8Array(7)), shown(structure, new Uint8Array(9))]).toEqual(['<7 bytes>', '<9 bytes>'])
  })

  test('a buffer is room in the reply area and its size', () => {
    const { args, rooms } = encoded(one(buffer, 100))
    expect([args[1], rooms]).toEqual([100n, [100]])
  })

  test('names are or-ed, each once, beyond 31 bits too, and what is always there', () => {
    const flags = bits({ LOW: 1, HIGH: 4, TOP: 2 ** 31 })
    expect(encoded(one(flags, ['LOW', 'HIGH', 'TOP', 'LOW'])).args[0]).toBe(0x8000_0005n)
    expect(encoded(one(flags, [])).args[0]).toBe(0n)
    expect(encoded(one(bits({ LOW: 1 }, 0o2000000), ['LOW'])).args[0]).toBe(0o2000001n)
    expect([shown(flags, ['LOW', 'HIGH']), shown(flags, [])]).toEqual(['LOW|HIGH', '0'])
  })

  test('one name is its number', () => {
    const which = oneOf({ FIRST: 0, SECOND: 9 })
    expect([encoded(one(which, 'SECOND')).args[0], shown(which, 'SECOND')]).toEqual([9n, 'SECOND'])
  })
})

describe('results', () => {
  const never = () => owner.open('never')
  const room = (...bytes: number[]) => new DataView(new Uint8Array(bytes).buffer)

  test('a structure is read from its room', () => {
    const result = filled((view) => view.getUint16(0, true))
    expect(result.decode(0, [room(1, 2)], never)).toBe(0x201)
    expect(result.show(1)).toBe('0')
  })

  test('of a buffer only what was filled is given', () => {
    const bytes = filledBytes.decode(2, [room(1, 2, 3, 4)], never)
    expect(bytes).toEqual(new Uint8Array([1, 2]))
    expect(filledBytes.show(bytes)).toBe('2')
    expect(filledBytes.decode(0, [], never)).toEqual(new Uint8Array())
  })

  test('a number is what the kernel returned', () => {
    expect(number.decode(7, [], never)).toBe(7)
    expect(nothing.decode(7, [], never)).toBeUndefined()
    expect(nothing.show()).toBe('0')
  })

  test('a descriptor is made by the performer alone', () => {
    expect(() => ownedFd.decode(3, [], never)).toThrow('A descriptor is made by the performer')
  })

  test('a call whose number nobody wants can wait in a batch', () => {
    const call = syscall<[], number>('getpid', [], number)()
    expect(silently(call).result.kind).toBe('nothing')
    expect(call.result.kind).toBe('value')
  })
})

test('text goes to bytes and back; what is no UTF-8 becomes a replacement character', () => {
  expect(decodeText(encodeText('ä€😀'))).toBe('ä€😀')
  expect(decodeText(new Uint8Array([0x61, 0xff]))).toBe('a\uFFFD')
})
