// Of the x86-64 assembler only what no disassembler can show; that the instructions are right, disassembly.test.ts shows.

import { expect, test } from 'bun:test'

import { assembleX64 } from '#ffi/executor/assembler-x64.ts'

test.each([-65537, 0x8000_0000])('the constant %p is refused as on the other architecture', (value) => {
  expect(() => assembleX64().set('a0', value, '')).toThrow(`Constant ${value} does not fit`)
})

test('a move to the register where the value is already needs no instruction', () => {
  const asm = assembleX64()
  asm.move('number', 'result', '')
  asm.move('a0', 'p0', '')
  expect(asm.finish().bytes).toHaveLength(0)
})

test('what `enter` saves, `leave` restores in the opposite order', () => {
  const asm = assembleX64()
  asm.enter('')
  asm.leave('')
  const text = asm.finish().lines.map((line) => line.text)
  const pushed = text.filter((line) => line.startsWith('push')).map((line) => line.slice(5))
  const popped = text.filter((line) => line.startsWith('pop')).map((line) => line.slice(4))
  expect(popped).toEqual(pushed.toReversed())
  expect(pushed).toHaveLength(6)
})

test('loads and stores that order others need no instruction of their own', () => {
  const [plain, ordered] = [assembleX64(), assembleX64()]
  plain.load(32, 'temp', { base: 'reply', offset: 0 }, '')
  plain.store(32, 'seen', { base: 'reply', offset: 0 }, '')
  ordered.loadAcquire('temp', 'reply', '')
  ordered.storeRelease('seen', 'reply', '')
  expect(ordered.finish().bytes).toEqual(plain.finish().bytes)
})
