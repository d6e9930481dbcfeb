// What is read of an ELF file: of this machine's own, of others, and of what only looks like one.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { ELF_MACHINE_HERE, readElf } from '#ffi/elf.ts'

/** The first 64 bytes of a program with 64 bits, without program headers. */
function header(machine: number): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  new DataView(bytes.buffer).setUint16(18, machine, true)
  return bytes
}

/** A program of 32 bits, big-endian, whose only program header names a loader. */
function withLoader(path: string, length = path.length + 1): Uint8Array {
  const bytes = new Uint8Array(52 + 32 + path.length + 1)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1])
  const view = new DataView(bytes.buffer)
  view.setUint16(18, 8)
  view.setUint32(28, 52)
  view.setUint16(42, 32)
  view.setUint16(44, 1)
  view.setUint32(52, 3)
  view.setUint32(56, 84)
  view.setUint32(68, length)
  bytes.set(new TextEncoder().encode(path), 84)
  return bytes
}

describe('an ELF file', () => {
  test('of this machine is known as that, with its loader', () => {
    const own = readElf(new Uint8Array(readFileSync(process.execPath).buffer, 0, 8192))
    expect(own?.machine).toBe(ELF_MACHINE_HERE)
    expect(own?.loader).toMatch(/^\/.*ld-/)
  })

  test.each([
    [3, 'i386'],
    [62, 'x86-64'],
    [183, 'AArch64'],
    [9999, 'machine 9999'],
  ])('for machine %i is for %s', (number, machine) => {
    expect(readElf(header(number))).toEqual({ bits: 64, machine, loader: undefined })
  })

  test('of another size and order of bytes is read as well', () => {
    expect(readElf(withLoader('/lib/ld.so.1'))).toEqual({ bits: 32, machine: 'MIPS', loader: '/lib/ld.so.1' })
  })

  test.each([
    ['that ends before its program headers', withLoader('/lib/ld.so.1').subarray(0, 60)],
    ['whose loader lies beyond its end', withLoader('/lib/ld.so.1').subarray(0, 90)],
    ['whose loader has the length of a novel', withLoader('/lib/ld.so.1', 1 << 30)],
  ])('%s has no loader', (_, bytes) => {
    expect(readElf(bytes)?.loader).toBeUndefined()
  })
})

test.each([
  ['nothing', new Uint8Array()],
  ['four bytes', new Uint8Array([0x7f, 0x45, 0x4c, 0x46])],
  ['a script', new TextEncoder().encode('#!/bin/sh\necho this is long enough\n')],
])('%s is no ELF file', (_, bytes) => {
  expect(readElf(bytes)).toBeUndefined()
})
