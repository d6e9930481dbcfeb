// The smallest program there is, executed.

import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'

import { readElf } from '#ffi/elf.ts'
import { exitProgram } from '#ffi/exit-program.ts'
import { scratch } from './scratch.ts'

describe('a program that only ends', () => {
  test.each([0, 42, 255])('ends with exit status %d', (status) => {
    using at = scratch()
    writeFileSync(at.path('program'), exitProgram(status), { mode: 0o755 })
    const { exitCode, stdout, stderr } = Bun.spawnSync([at.path('program')])
    expect([exitCode, stdout.toString(), stderr.toString()]).toEqual([status, '', ''])
  })

  test('needs nothing but its machine', () => {
    expect(readElf(exitProgram(42, 'x64'))).toEqual({ bits: 64, machine: 'x86-64', loader: undefined })
    expect(readElf(exitProgram(42, 'arm64'))).toEqual({ bits: 64, machine: 'AArch64', loader: undefined })
    expect(exitProgram(42).length).toBeLessThan(512)
  })
})
