// The patches fit the pinned runtime and only it: each place occurs exactly once, and the machine code that is looked for
// is what a disassembler shows there.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { hostTarget, patches, platformOf, TARGETS } from '#compile.ts'
import { applyPatch, type Patch } from '#src/snapshot/engine.ts'

const patch: Patch = { what: 'the word', find: Buffer.from('word'), replace: Buffer.from('WORD') }
const image = (text: string) => Buffer.from(text, 'latin1')

test('a patch replaces its place and nothing else', () => {
  const bytes = image('a word and\0more')
  applyPatch(bytes, patch)
  expect(bytes.toString('latin1')).toBe('a WORD and\0more')
})

test('a place that does not occur is an error', () => {
  expect(() => applyPatch(image('nothing'), patch)).toThrow('Cannot patch the word: found nowhere in the Bun runtime')
})

test('a place that occurs twice is an error and changes nothing', () => {
  const bytes = image('word word')
  expect(() => applyPatch(bytes, patch)).toThrow('Cannot patch the word: found more than once in the Bun runtime')
  expect(bytes.toString('latin1')).toBe('word word')
})

describe.each(['amd64', 'arm64'] as const)('on %s', (arch) => {
  test('a patch keeps the length of what it replaces and changes it', () => {
    for (const { find, replace } of patches(arch)) {
      expect(replace.length).toBe(find.length)
      expect(replace).not.toEqual(find)
    }
  })
})

test('getenv becomes a function whose name is shorter, so that the name ends where it should', () => {
  const [getenv] = patches('amd64')
  expect(Buffer.from(getenv?.replace ?? []).toString('latin1')).toBe('\0atol\0\0\0')
})

test('the engine prefix on x86-64 is eight byte comparisons that all leave for the same place', () => {
  const [, prefix] = patches('amd64')
  expect(Buffer.from(prefix?.find ?? []).toString('hex')).toBe(
    [
      '41803e42 75e5', // cmpb $'B', (%r14); jne -27
      '41807e0155 75de', // cmpb $'U', 1(%r14); jne -34
      '41807e024e 75d7',
      '41807e035f 75d0',
      '41807e044a 75c9',
      '41807e0553 75c2',
      '41807e0643 75bb',
      '41807e075f 75b4',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
  expect(prefix?.replace[4]).toBe(0xeb) // jmp
})

test('the engine prefix on AArch64 is eight byte comparisons that all leave for the same place', () => {
  const [, prefix] = patches('arm64')
  const words = new Uint32Array(Uint8Array.from(prefix?.find ?? []).buffer)
  expect([...words].slice(0, 5).map((word) => word.toString(16))).toEqual([
    '7101095f', // cmp w10, #'B'
    '54ffff01', // b.ne -8 instructions
    '3940052a', // ldrb w10, [x9, #1]
    '7101555f', // cmp w10, #'U'
    '54fffea1', // b.ne -11 instructions
  ])
  expect(words.length).toBe(23)
  expect(words.at(-1)?.toString(16)).toBe('54fffc61') // b.ne -29 instructions
  const patched = new Uint32Array(Uint8Array.from(prefix?.replace ?? []).buffer)
  expect(patched[1]?.toString(16)).toBe('54ffff0e') // b.al: always
})

test('every patch fits the runtime that runs this test', () => {
  const runtime = readFileSync(process.execPath)
  const { arch } = TARGETS[hostTarget()]
  for (const entry of patches(arch)) expect(() => applyPatch(runtime, entry)).not.toThrow()
  // A second time there is nothing left to replace.
  for (const entry of patches(arch)) expect(() => applyPatch(runtime, entry)).toThrow('found nowhere')
})

describe('the platform of an executable', () => {
  const elf = (machine: number, loader: string) => {
    const header = Buffer.alloc(64)
    header.writeUInt16LE(machine, 18)
    return Buffer.concat([header, image(`\0${loader}\0`), Buffer.alloc(8_192)])
  }

  test.each([
    [62, '/lib64/ld-linux-x86-64.so.2', { arch: 'amd64', libc: 'glibc' }],
    [183, '/lib/ld-linux-aarch64.so.1', { arch: 'arm64', libc: 'glibc' }],
    [62, '/lib/ld-musl-x86_64.so.1', { arch: 'amd64', libc: 'musl' }],
    [183, '/lib/ld-musl-aarch64.so.1', { arch: 'arm64', libc: 'musl' }],
  ] as const)('machine %d with %s is known', (machine, loader, platform) => {
    expect(platformOf(elf(machine, loader))).toEqual(platform)
  })

  test.each([
    [243, '/lib/ld-linux-riscv64-lp64d.so.1'],
    [62, '/system/bin/linker64'],
  ])('machine %d with %s is refused', (machine, loader) => {
    expect(() => platformOf(elf(machine, loader))).toThrow('Cannot use the Bun runtime: not an executable for Linux')
  })
})
