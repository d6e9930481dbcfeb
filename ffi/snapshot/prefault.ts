// Pages that a command writes to whenever it is done, made the copy's own before it goes on: asked for many at a time, a
// page costs half of what it costs when the processor finds it missing (MADV_POPULATE_WRITE of madvise(2), 5.14). Which
// command it is, one of its words says; if another word says it by chance, some pages are copied for nothing.
// process_madvise(2) takes them all at once, of this process since 6.14; kernels before that are asked for each run.

import type { AssemblerX64 } from '../executor/assembler-x64.ts'
import { system } from '../executor/program.ts'
import type { X64 } from '../numbers/x64.ts'
import { SNAPSHOT } from './layout.ts'

/** The system calls that the program makes for it. */
export type PrefaultCalls = Pick<typeof X64, 'madvise' | 'process_madvise'>

/** A command by its word, and pages that follow each other: where they begin, and how many bytes they have. */
export interface Prefault {
  readonly word: string
  readonly runs: readonly { readonly from: number; readonly size: number }[]
}

/** Byte offsets in a row of the table; behind the last row stand eight zeros. */
const ROW = {
  /** Eight bytes: the word, with NUL behind it; of a longer one, how it begins. */
  word: 0,
  /** Eight bytes: which of those count. */
  mask: 8,
  /** u32: where the runs are, from the request area on. */
  runs: 16,
  /** u32: how many. */
  count: 20,
  size: 24,
} as const
/** A run is a struct iovec: its address and its size, u64 each. */
const RUN = { from: 0, bytes: 8, size: 16 } as const
/** UIO_MAXIOV of process_madvise(2). */
const MOST_RUNS = 1024
const WORD_SIZE = 8
const MADV_POPULATE_WRITE = 23
const PIDFD_SELF = -10_000

/**
 * Gives the table as it stands at an offset of the request area. Takes how many bytes there are for it: commands for which
 * there is no room are left out, the last ones first.
 */
export function prefaultTable(prefaults: readonly Prefault[], start: number, room: number): Uint8Array {
  const rows = prefaults
    .filter(({ runs }) => runs.length > 0)
    .map(({ word, runs }) => ({ word, runs: runs.slice(0, MOST_RUNS) }))
  const fits = (count: number) => sizeOf(rows.slice(0, count)) <= room
  while (rows.length > 0 && !fits(rows.length)) rows.pop()
  if (rows.length === 0) return new Uint8Array()
  const table = new DataView(new ArrayBuffer(sizeOf(rows)))
  let at = headSize(rows)
  for (const [i, { word, runs }] of rows.entries()) {
    const row = i * ROW.size
    new TextEncoder().encodeInto(word, new Uint8Array(table.buffer, row + ROW.word, WORD_SIZE))
    table.setBigUint64(row + ROW.mask, 2n ** BigInt(8 * Math.min(word.length + 1, WORD_SIZE)) - 1n, true)
    table.setUint32(row + ROW.runs, start + at, true)
    table.setUint32(row + ROW.count, runs.length, true)
    for (const { from, size } of runs) {
      table.setBigUint64(at + RUN.from, BigInt(from), true)
      table.setBigUint64(at + RUN.bytes, BigInt(size), true)
      at += RUN.size
    }
  }
  return new Uint8Array(table.buffer)
}

function headSize(rows: readonly Prefault[]): number {
  return rows.length * ROW.size + WORD_SIZE
}

function sizeOf(rows: readonly Prefault[]): number {
  return headSize(rows) + rows.reduce((sum, { runs }) => sum + runs.length * RUN.size, 0)
}

/** Writes what goes through the table, for a process whose stack is still as the kernel has made it. */
export function writePrefault(asm: AssemblerX64, calls: PrefaultCalls): void {
  asm.load(32, 'slot', { base: 'request', offset: SNAPSHOT.prefault }, 'where the table is')
  asm.jumpIfZero('slot', 'prefaulted', 'there is none')
  asm.add('slot', 'request', '')
  asm.stackTo('entry', 'argc, argv, NULL')
  asm.add('entry', 8, '')
  asm.label('word')
  asm.load(64, 'temp', { base: 'entry', offset: 0 }, 'one of the words')
  asm.jumpIfZero('temp', 'prefaulted', 'none of them is a command')
  asm.add('entry', 8, 'the next one')
  asm.load(64, 'seen', { base: 'temp', offset: 0 }, 'how it begins; behind the last one stand variables')
  asm.move('index', 'slot', '')
  asm.label('eachRow')
  asm.load(64, 'a0', { base: 'index', offset: ROW.word }, 'a command')
  asm.jumpIfZero('a0', 'word', 'that was the last one')
  asm.load(64, 'a1', { base: 'index', offset: ROW.mask }, '')
  asm.and('a1', 'seen', '')
  asm.jumpIfEqual('a0', 'a1', 'command', 'it is this one')
  asm.add('index', ROW.size, '')
  asm.jump('eachRow', '')

  asm.label('command')
  asm.load(32, 'entry', { base: 'index', offset: ROW.runs }, '')
  asm.add('entry', 'request', 'its first run')
  asm.load(32, 'index', { base: 'index', offset: ROW.count }, '')
  asm.set('a0', PIDFD_SELF, 'PIDFD_SELF')
  asm.move('a1', 'entry', 'all of them')
  asm.move('a2', 'index', '')
  asm.set('a3', MADV_POPULATE_WRITE, 'MADV_POPULATE_WRITE')
  asm.set('a4', 0, '')
  system(asm, calls.process_madvise, 'process_madvise')
  asm.jumpIfNegative('result', 'eachRun', 'not by this kernel')
  asm.jump('prefaulted', '')
  asm.label('eachRun')
  asm.load(64, 'a0', { base: 'entry', offset: RUN.from }, '')
  asm.load(64, 'a1', { base: 'entry', offset: RUN.bytes }, '')
  asm.set('a2', MADV_POPULATE_WRITE, 'MADV_POPULATE_WRITE')
  system(asm, calls.madvise, 'madvise; where it fails, pages are found missing later')
  asm.add('entry', RUN.size, 'the next one')
  asm.add('index', -1, '')
  asm.jumpIfZero('index', 'prefaulted', '')
  asm.jump('eachRun', '')
  asm.label('prefaulted')
}
