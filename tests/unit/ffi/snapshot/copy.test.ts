// The batch with which a process becomes the copy of another: what it maps in which order, and how that is written.

import { expect, test } from 'bun:test'

import { ENTRY, REQUEST } from '#ffi/executor/layout.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { type Call, segmentOf, wakeCalls } from '#ffi/snapshot/copy.ts'
import { HEADERS_OFFSET, PROGRAM_AT, PROGRAM_SIZE, SNAPSHOT } from '#ffi/snapshot/layout.ts'

const EXECUTABLE = '/bunc'
const heap = { from: 0x10_0000, to: 0x20_0000, access: 'rw-p', name: '' }
const code = { from: 0x30_0000, to: 0x30_2000, access: 'r-xp', name: '/lib/libc.so.6' }
const made = { from: 0x50_0000, to: 0x50_1000, access: 'r-xp', name: '' }
const own = { from: 0x40_0000, to: 0x40_4000, access: 'rw-p', name: EXECUTABLE }

const asleep = {
  processor: '5',
  thread: 0x7000,
  robust: 0x7100,
  alternateStack: [1, 2, 3],
  actions: [{ signal: 13, action: [1, 0, 0] }],
  stack: 0,
  started: 0,
}

const { calls, sure } = wakeCalls({
  taken: [heap, code, made],
  runs: [
    { from: 0x10_1000, size: 0x2000, region: heap },
    { from: 0x30_0000, size: 0x2000, region: code },
    { from: 0x50_0000, size: 0x1000, region: made },
    { from: 0x40_1000, size: 0x1000, region: own },
  ],
  kept: [],
  executable: EXECUTABLE,
  start: 0x9000,
  asleep,
})

/** A call as a test reads it: its name and its arguments, the executable as "file". */
function shown({ number, args, opened }: Call): string {
  const name = Object.entries(X64).find(([, value]) => value === number)?.[0]
  return `${name}(${args.map((value, i) => (i === opened ? 'file' : `0x${value.toString(16)}`)).join(', ')})`
}

test('addresses are taken before anything is placed between others, and its own memory comes last', () => {
  expect(calls.map(shown)).toEqual([
    'openat(0x-64, 0x0, 0x80000)',
    'mmap(0x100000, 0x100000, 0x3, 0x104022, 0x-1, 0x0)',
    'mmap(0x500000, 0x1000, 0x3, 0x104022, 0x-1, 0x0)',
    'mmap(0x300000, 0x2000, 0x5, 0x100002, file, 0xb000)',
    'mmap(0x101000, 0x2000, 0x3, 0x12, file, 0x9000)',
    'pread64(file, 0x500000, 0x1000, 0xd000)',
    'mmap(0x401000, 0x1000, 0x3, 0x12, file, 0xe000)',
    'mprotect(0x500000, 0x1000, 0x5)',
    'close_range(0x4, 0xffffffff, 0x4)',
    'arch_prctl(0x1002, 0x7000)',
    'set_robust_list(0x7100, 0x18)',
    'sigaltstack(0x0, 0x0)',
    'rt_sigaction(0xd, 0x0, 0x0, 0x8)',
    'close(file)',
  ])
})

test('regions that follow each other in memory and in the file are placed together, but for those to be written', () => {
  const region = (from: number, access: string) => ({ from, to: from + 0x1000, access, name: '/lib/libc.so.6' })
  const regions = [
    region(0x10_0000, 'r--p'),
    region(0x10_1000, 'r--p'),
    region(0x10_2000, 'rw-p'),
    region(0x20_0000, 'rw-p'),
    region(0x30_0000, 'r--p'),
    region(0x30_1000, 'r-xp'),
    region(0x30_2000, 'r--p'),
  ]
  const runs = regions.map((each) => ({ from: each.from, size: 0x1000, region: each }))
  const placed = wakeCalls({ taken: regions, runs, kept: [], executable: EXECUTABLE, start: 0x9000, asleep })
  expect(placed.calls.map(shown).filter((call) => call.startsWith('mmap'))).toEqual([
    'mmap(0x100000, 0x2000, 0x1, 0x100002, file, 0x9000)',
    'mmap(0x102000, 0x1000, 0x3, 0x100002, file, 0xb000)',
    'mmap(0x200000, 0x1000, 0x3, 0x100002, file, 0xc000)',
    'mmap(0x300000, 0x3000, 0x5, 0x100002, file, 0xd000)',
  ])
  expect(placed.sure).toBe(5)
})

test('of what is large in the file, large pieces are to be read', () => {
  const text = { from: 0x200_0000, to: 0x220_0000, access: 'r-xp', name: EXECUTABLE }
  const small = { ...text, from: 0x400_0000, to: 0x41f_f000 }
  const large = { from: 0x1000_0000, to: 0x1030_0000, access: 'rw-p', name: '' }
  const runs = [{ from: large.from, size: 0x30_0000, region: large }]
  const wanted = wakeCalls({ taken: [large], runs, kept: [text, small], executable: EXECUTABLE, start: 0, asleep })
  expect(wanted.calls.map(shown).filter((call) => call.startsWith('madvise'))).toEqual([
    'madvise(0x2000000, 0x200000, 0xe)',
    'madvise(0x10000000, 0x300000, 0xe)',
  ])
  expect(wanted.calls.filter(({ number }) => number === X64.madvise).every(({ harmless }) => harmless)).toBe(true)
})

test('until its own memory is replaced, a process can still begin anew', () => {
  expect(shown(calls[sure] ?? { number: -1, args: [] })).toStartWith('mmap(0x401000')
})

test('the last call cannot fail, so that its result says whether all have succeeded', () => {
  expect(calls.at(-1)?.harmless).toBe(true)
})

test('a segment has the code, the calls, and the structures that they point to', () => {
  const program = { bytes: new Uint8Array([0xc3, 0x90]), offsetOf: () => 8 }
  const header = { sure, processor: 2n ** 40n, stack: 1, started: 2, wake: 3, entry: 4, loader: 5 }
  const segment = segmentOf({ code: program, calls, header })
  const area = new DataView(segment.buffer, 8)
  expect([segment.length, segment[0]]).toEqual([PROGRAM_SIZE, 0xc3])
  expect(area.getUint32(REQUEST.count, true)).toBe(calls.length)
  expect(area.getBigUint64(SNAPSHOT.processor, true)).toBe(2n ** 40n)
  expect([SNAPSHOT.entry, SNAPSHOT.loader].map((at) => area.getBigUint64(at, true))).toEqual([4n, 5n])
  const entry = (i: number) => REQUEST.entries + i * ENTRY.size
  expect(area.getUint32(entry(0) + ENTRY.number, true)).toBe(X64.openat)
  const path = Number(area.getBigUint64(entry(0) + ENTRY.args + 8, true)) - PROGRAM_AT
  expect(new TextDecoder().decode(segment.subarray(path, path + 15))).toBe('/proc/self/exe\0')
  expect(area.getUint8(entry(3) + ENTRY.references + 4)).toBe(1)
  expect(path).toBeGreaterThanOrEqual(8 + entry(calls.length))
})

test('calls that leave no room for the headers are refused', () => {
  const program = { bytes: new Uint8Array(), offsetOf: () => 0 }
  const header = { sure, processor: 0n, stack: 1, started: 2, wake: 3, entry: 4, loader: 5 }
  const many = (count: number) => () =>
    segmentOf({ code: program, calls: Array(count).fill({ number: X64.close, args: [0] }), header })
  const most = (HEADERS_OFFSET - REQUEST.entries) / ENTRY.size
  expect(many(most)).not.toThrow()
  expect(many(most + 1)).toThrow('there is no room for them')
})
