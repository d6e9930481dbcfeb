// Memory that the kernel and JavaScript both see.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { ftruncate, write } from '#ffi/calls/file.ts'
import { assemble } from '#ffi/executor/code.ts'
import { callable, mapMemory, mapShared, unmap } from '#ffi/libc.ts'
import { MACHINE } from '#ffi/machine.ts'
import { here } from '#ffi/perform/here.ts'

const PAGE = 4096

/** What the kernel says of the memory at an address: its permissions, undefined where nothing is mapped. */
function permissionsAt(address: number): string | undefined {
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    const [, from = '', to = '', permissions] = /^(\w+)-(\w+) (\S+)/.exec(line) ?? []
    if (address >= parseInt(from, 16) && address < parseInt(to, 16)) return permissions
  }
  return undefined
}

test('private memory is zeroed, and is never executable', () => {
  const memory = mapMemory(2 * PAGE)
  expect(memory.view(0, 2 * PAGE).every((byte) => byte === 0)).toBe(true)
  expect(memory.size).toBe(2 * PAGE)
  expect(permissionsAt(memory.address)).toBe('rw-p')
  unmap(memory)
})

test('memory is there until it is unmapped', () => {
  const memory = mapMemory(PAGE)
  unmap(memory)
  expect(permissionsAt(memory.address)).toBeUndefined()
})

test('shared memory is what the file holds', () => {
  using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
  here(ftruncate(file, PAGE))
  here(write(file, 'hello'))
  const memory = mapShared(file.number, PAGE)
  expect(new TextDecoder().decode(memory.view(0, 5))).toBe('hello')
  expect(permissionsAt(memory.address)).toBe('rw-s')
  unmap(memory)
})

test('memory that the kernel refuses is an error and no address', () => {
  expect(() => mapMemory(2 ** 52)).toThrow(`Cannot map ${2 ** 52} bytes of memory: mmap failed`)
  expect(() => mapShared(-1, PAGE)).toThrow(`Cannot map ${PAGE} bytes of memory: mmap failed`)
})

test('machine code is executable and can no longer be written', () => {
  const code = assemble(MACHINE)
  const [executable, both] = [anonymous('r-xp'), anonymous('rwxp')]
  callable(code.bytes, (label) => code.offsetOf(label))
  expect([anonymous('r-xp'), anonymous('rwxp')]).toEqual([executable + PAGE, both])
})

/** How many bytes are mapped of no file with these permissions. */
function anonymous(permissions: string): number {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  const sizes = lines.map((line) => new RegExp(`^(\\w+)-(\\w+) ${permissions} 0+ 00:00 0 `).exec(line))
  return sizes.reduce((sum, match) => sum + parseInt(match?.[2] ?? '0', 16) - parseInt(match?.[1] ?? '0', 16), 0)
}
