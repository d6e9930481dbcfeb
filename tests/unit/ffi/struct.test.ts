// Structures as the kernel lays them out, checked against layouts that a C compiler gives.

import { expect, test } from 'bun:test'

import { struct } from '#ffi/struct.ts'

const view = (...bytes: number[]) => new DataView(new Uint8Array(bytes).buffer)

test('a field lies at a multiple of its size, and the whole is a multiple of its widest field', () => {
  const mixed = struct({ a: 'u8', b: 'u64', c: 'u16', d: 'u32', e: 'u8' })
  expect(mixed.size).toBe(32)
  const bytes = mixed.write({ a: 1, b: 2, c: 3, d: 4, e: 5 })
  expect([...bytes.entries()].filter(([, byte]) => byte !== 0)).toEqual([
    [0, 1],
    [8, 2],
    [16, 3],
    [20, 4],
    [24, 5],
  ])
})

test('structures of one width have no gaps', () => {
  expect(struct({ fd: 'i32', events: 'u16', revents: 'u16' }).size).toBe(8)
  expect(struct({ len: 'u16', filter: 'u64' }).size).toBe(16)
})

test('fields that are left out are zero', () => {
  expect([...struct({ a: 'u32', b: 'u32' }).write({ b: 1 })]).toEqual([0, 0, 0, 0, 1, 0, 0, 0])
})

test('numbers are little-endian, and negative ones are two’s complement', () => {
  const s = struct({ a: 'i32', b: 'i64', c: 'u16', d: 'u8' })
  const bytes = s.write({ a: -2, b: -3, c: 0x1234, d: 0xff })
  expect([...bytes]).toEqual([
    ...[0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    ...[0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ...[0x34, 0x12, 0xff, 0, 0, 0, 0, 0],
  ])
  expect(s.read(new DataView(bytes.buffer))).toEqual({ a: -2, b: -3, c: 0x1234, d: 0xff })
})

test('a bigint keeps all 64 bits', () => {
  const s = struct({ a: 'u64' })
  expect([...s.write({ a: 0xffff_ffff_ffff_fffen })]).toEqual([0xfe, 255, 255, 255, 255, 255, 255, 255])
})

test('unsigned fields are read as such', () => {
  const all = view(0xff, 0, 0xfe, 0xff, 0xfd, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0)
  expect(struct({ a: 'u8', b: 'u16', c: 'u32', d: 'u64' }).read(all)).toEqual({
    a: 0xff,
    b: 0xfffe,
    c: 0xffff_fffd,
    d: 1,
  })
})
