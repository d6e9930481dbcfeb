// The listing of the program that wakes a snapshot, as a golden file, and every instruction of it as a disassembler reads
// it. `BUNC_UPDATE_GOLDEN=1 bun test tests/unit/ffi/snapshot/program.test.ts` writes the listing anew.

import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { assembleX64 } from '#ffi/executor/assembler-x64.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { writeSnapshotProgram } from '#ffi/snapshot/program.ts'
import { compare, disassemblerFor, missingDisassembler } from '#tests/unit/ffi/executor/disassembler.ts'
import { textOf } from '#tests/unit/ffi/executor/listing.ts'

function program() {
  const asm = assembleX64()
  writeSnapshotProgram(asm, X64)
  return { ...asm.finish(), labelsAt: (offset: number) => asm.listing.labelsAt(offset) }
}

test('the program is the one that was reviewed', () => {
  const file = join(import.meta.dir, 'program.lst')
  const text = textOf('What wakes a snapshot, on x86-64', program())
  if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})

test('it begins with what the kernel starts, and ends where the calls begin', () => {
  const { bytes, offsetOf } = program()
  expect([offsetOf('start'), offsetOf('request')]).toEqual([0, bytes.length])
})

const missing = disassemblerFor('x64') === undefined ? ` [skipped: ${missingDisassembler('x64')}]` : ''
const declare = missing === '' ? describe : describe.skip
declare(`a disassembler${missing}`, () => {
  test('reads what the listing says', () => {
    const compared = compare('x64', program())
    expect(compared.length).toBeGreaterThan(100)
    expect(compared.map(({ theirs }) => theirs)).toEqual(compared.map(({ ours }) => ours))
  })
})
