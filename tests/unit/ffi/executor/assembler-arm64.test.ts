// What an AArch64 instruction has no room for is refused, rather than encoded as something else. That the others are right
// is shown by disassembly.test.ts.

import { expect, test } from 'bun:test'

import { assembleArm64 } from '#ffi/executor/assembler-arm64.ts'

const at = (offset: number) => ({ base: 'reply', offset }) as const

test.each([-65537, 0x8000_0000, 2 ** 32])('the constant %p', (value) => {
  expect(() => assembleArm64().set('a0', value, '')).toThrow(`Constant ${value} does not fit`)
})

test.each([4096, -4096])('the addition of %p', (value) => {
  expect(() => assembleArm64().add('a0', value, '')).toThrow('Number 4096 does not fit into 12 bits')
})

test('an offset that is no multiple of the size, too large, or negative', () => {
  const asm = assembleArm64()
  expect(() => asm.load(64, 'a0', at(4), '')).toThrow('Offset 4 is no multiple of 8')
  expect(() => asm.load(8, 'a0', at(4096), '')).toThrow('Number 4096 does not fit into 12 bits')
  expect(() => asm.store(32, 'a0', at(-4), '')).toThrow('Number -1 does not fit into 12 bits')
  asm.load(64, 'a0', at(8 * 4095), '')
  expect(asm.finish().bytes).toHaveLength(4)
})

test('a conditional jump over more than 32 KiB', () => {
  const far = (instructions: number) => {
    const asm = assembleArm64()
    asm.label('target')
    for (let i = 0; i < instructions; i++) asm.pause('')
    asm.jumpIfNegative('a0', 'target', '')
    return asm.finish()
  }
  expect(far(8192).bytes).toHaveLength(8193 * 4)
  expect(() => far(8193)).toThrow('Target is -32772 bytes away')
})

test('a move to the register where the value is already needs no instruction', () => {
  const asm = assembleArm64()
  asm.move('a0', 'result', '')
  asm.move('a0', 'p0', '')
  expect(asm.finish().bytes).toHaveLength(0)
})
