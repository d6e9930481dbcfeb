// The executor as a program file, as readelf sees it.

import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'

import { assemble } from '#ffi/executor/code.ts'
import { elfFile, setArena } from '#ffi/executor/elf.ts'
import { needs } from '#tests/support/needs.ts'
import { scratch } from '../scratch.ts'
import { MACHINES, type MachineName } from './listing.ts'

const { test } = needs('readelf')

/** What readelf prints about the file of an architecture. */
function readelf(machine: MachineName, ...flags: string[]): string {
  using at = scratch()
  writeFileSync(at.path('executor'), elfFile(assemble(machine), machine))
  const { stdout, stderr } = Bun.spawnSync(['readelf', '--wide', ...flags, at.path('executor')])
  // A malformed file is a warning to readelf.
  expect(stderr.toString()).toBe('')
  return stdout.toString()
}

const NAMES = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' } as const

for (const machine of MACHINES) {
  test(`on ${machine} it is a static executable that begins at its first instruction`, () => {
    const header = readelf(machine, '--file-header')
    const field = (name: string) => new RegExp(`${name}: +(.+)`).exec(header)?.[1]?.trim()
    expect(field('Class')).toBe('ELF64')
    expect(field('Data')).toBe("2's complement, little endian")
    expect(field('Type')).toBe('EXEC (Executable file)')
    expect(field('Machine')).toBe(NAMES[machine])
    expect(field('Number of program headers')).toBe('2')
    const start = 64 + 2 * 56 + assemble(machine).offsetOf('start')
    expect(field('Entry point address')).toBe(`0x${(0x40_0000 + start).toString(16)}`)
  })

  test(`on ${machine} its code cannot be written, and its stack not be executed`, () => {
    const headers = readelf(machine, '--program-headers')
    const rows = [...headers.matchAll(/^ +([A-Z_]+) +(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+) (.{3}) (0x\w+)$/gm)]
    const size = `0x${elfFile(assemble(machine), machine).length.toString(16).padStart(6, '0')}`
    expect(rows.map((row) => row.slice(1))).toEqual([
      ['LOAD', '0x000000', '0x0000000000400000', size, size, 'R E', '0x1000'],
      ['GNU_STACK', '0x000000', '0x0000000000000000', '0x000000', '0x000000', 'RW ', '0x10'],
    ])
    expect(headers).not.toContain('INTERP')
  })

  test(`on ${machine} a task finds the descriptor of its arena in it`, () => {
    const code = assemble(machine)
    const file = elfFile(code, machine)
    const before = file.slice()
    setArena(file, code, 0x0102_0304)
    const changed = [...file.entries()].filter(([i, byte]) => byte !== before[i])
    const at = 64 + 2 * 56 + code.offsetOf('arena')
    expect(changed).toEqual([
      [at, 4],
      [at + 1, 3],
      [at + 2, 2],
      [at + 3, 1],
    ])
  })
}
