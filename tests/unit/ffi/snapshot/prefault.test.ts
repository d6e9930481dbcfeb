// The table of the pages that commands write to, as the program of the snapshot reads it.

import { expect, test } from 'bun:test'

import { PAGE } from '#ffi/snapshot/numbers.ts'
import { type Prefault, prefaultTable } from '#ffi/snapshot/prefault.ts'

const START = 0x100
const PLENTY = 0x1000

interface Row {
  readonly word: string
  readonly mask: bigint
  readonly runs: readonly (readonly [address: number, bytes: number])[]
}

/** Goes through a table as the program does. */
function rowsOf(table: Uint8Array): Row[] {
  const view = new DataView(table.buffer)
  const rows: Row[] = []
  for (let at = 0; view.getBigUint64(at, true) !== 0n; at += 24) {
    const first = view.getUint32(at + 16, true) - START
    const runs = Array.from({ length: view.getUint32(at + 20, true) }, (_, i) => {
      const [from, bytes] = [0, 8].map((at) => Number(view.getBigUint64(first + 16 * i + at, true)))
      return [from ?? 0, bytes ?? 0] as const
    })
    const word = new TextDecoder().decode(table.subarray(at, at + 8)).replace(/\0*$/, '')
    rows.push({ word, mask: view.getBigUint64(at + 8, true), runs })
  }
  return rows
}

const some = (word: string, ...runs: readonly (readonly [from: number, pages: number])[]): Prefault => ({
  word,
  runs: runs.map(([from, pages]) => ({ from, size: pages * PAGE })),
})

test('each command has a row, by its word and the NUL behind it, and its runs', () => {
  const prefaults = [some('run', [0x2000, 1], [0x7f00_0000_3000, 4]), some('create', [0x8000, 2])]
  expect(rowsOf(prefaultTable(prefaults, START, PLENTY))).toEqual([
    {
      word: 'run',
      mask: 0xffff_ffffn,
      runs: [
        [0x2000, PAGE],
        [0x7f00_0000_3000, 4 * PAGE],
      ],
    },
    { word: 'create', mask: 0xff_ffff_ffff_ffffn, runs: [[0x8000, 2 * PAGE]] },
  ])
})

test('of a long word its first eight bytes are looked for', () => {
  const [row] = rowsOf(prefaultTable([some('--version', [0x2000, 1])], START, PLENTY))
  expect(row).toEqual({ word: '--versio', mask: 2n ** 64n - 1n, runs: [[0x2000, PAGE]] })
})

test('a command without pages has no row', () => {
  expect(prefaultTable([some('exec')], START, PLENTY)).toHaveLength(0)
})

test('of more runs than the kernel takes at once, the first are there', () => {
  const many = Array.from({ length: 1025 }, (_, i) => [i * 2 * PAGE, 1] as const)
  expect(rowsOf(prefaultTable([some('run', ...many)], START, 17 * PAGE))[0]?.runs.at(-1)).toEqual([2046 * PAGE, PAGE])
  expect(rowsOf(prefaultTable([some('run', ...many)], START, 17 * PAGE))[0]?.runs).toHaveLength(1024)
})

test('where there is no room for all, the last ones are left out', () => {
  const prefaults = [some('run', [0x2000, 1]), some('exec', [0x4000, 1])]
  const whole = prefaultTable(prefaults, START, PLENTY).length
  const words = (room: number) => rowsOf(prefaultTable(prefaults, START, room)).map(({ word }) => word)
  expect(words(whole)).toEqual(['run', 'exec'])
  expect(words(whole - 1)).toEqual(['run'])
  expect(prefaultTable(prefaults, START, 47)).toHaveLength(0)
})
