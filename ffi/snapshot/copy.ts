// The batch of system calls with which a process becomes the copy of one that sleeps: which memory is mapped where, and
// what the kernel is told of its thread. Entry 0 opens the executable itself, which holds the copied memory.

import { ANY_ERRNO, ENTRY, REQUEST } from '../executor/layout.ts'
import type { Code } from '../executor/assembler.ts'
import { X64 } from '../numbers/x64.ts'
import { HEADERS_OFFSET, PROGRAM_AT, PROGRAM_SIZE, SNAPSHOT } from './layout.ts'
import { AT_FDCWD, HUGE_PAGE, MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, O_CLOEXEC } from './numbers.ts'
import { type Prefault, prefaultTable } from './prefault.ts'
import type { Asleep } from './suspend.ts'

const PROT = { r: 1, w: 2, x: 4 } as const
const MAP_NORESERVE = 0x4000
const MAP_FIXED_NOREPLACE = 0x10_0000
const ARCH_SET_FS = 0x1002
const MADV_HUGEPAGE = 14
/** struct robust_list_head. */
const ROBUST_SIZE = 24
const SIGNAL_SET_SIZE = 8
const FIRST_PRIVATE = 4
const LAST = 0xffff_ffff
const CLOSE_RANGE_CLOEXEC = 4

/** A mapping of a process: proc_pid_maps(5). */
export interface Region {
  readonly from: number
  readonly to: number
  /** As there: "rw-p". */
  readonly access: string
  /** A file, a name in brackets, or nothing. */
  readonly name: string
}

/** Pages that follow each other. */
export interface Run {
  readonly from: number
  readonly size: number
  readonly region: Region
}

/** An entry of the batch. */
export interface Call {
  readonly number: number
  readonly args: readonly number[]
  /** Which of the arguments is the executable. */
  readonly opened?: number
  readonly harmless?: true
  /** Bytes that the kernel reads, and which argument is their address. */
  readonly structure?: { readonly bytes: Uint8Array; readonly argument: number }
}

/** What is copied. */
export interface Copied {
  /** Regions whose addresses must be free. */
  readonly taken: readonly Region[]
  /** What is copied, in the order in which the file has it, that of the executable's own regions last. */
  readonly runs: readonly Run[]
  /** Regions of the executable that are its file, and stay. */
  readonly kept: readonly Region[]
  /** The name of the executable's own regions. */
  readonly executable: string
  /** Where the file has the first of it. */
  readonly start: number
  readonly asleep: Asleep
}

/** Gives the calls, and how many of them may fail while the process is still what it was. */
export function wakeCalls({ taken, runs, kept, executable, start, asleep }: Copied): {
  calls: readonly Call[]
  sure: number
} {
  const placed = offsets(runs, start)
  const whole = placed.filter(({ run }) => isWhole(run) && !isMadeCode(run.region) && run.region.name !== executable)
  const parts = placed.filter((one) => !whole.includes(one))
  const rest = taken.filter((region) => !whole.some(({ run }) => run.region === region))
  const close: Call = { number: X64.close, args: [0], opened: 0, harmless: true }
  const mapped = neighbours(whole)
  return {
    calls: [
      open(),
      ...rest.map(reserve),
      ...mapped.map((one) => place(one, MAP_FIXED_NOREPLACE)),
      ...parts.map((one) => (isMadeCode(one.run.region) ? fill(one) : place(one, MAP_FIXED))),
      ...rest.filter(isMadeCode).map(seal),
      ...[...kept, ...runs.filter(({ region }) => !isMadeCode(region)).map(rangeOf)].filter(isLarge).map(readAtOnce),
      ...thread(asleep),
      close,
    ],
    sure: 1 + rest.length + mapped.length + parts.filter(({ run }) => run.region.name !== executable).length,
  }
}

interface Range {
  readonly from: number
  readonly to: number
}

const rangeOf = ({ from, size }: Run): Range => ({ from, to: from + size })

function isLarge({ from, to }: Range): boolean {
  return to - from >= HUGE_PAGE
}

/**
 * What of the file is not in memory yet is to be read in large pieces, not around each page that is missed: they are larger
 * in memory, too, and so it is each of them that every later process looks up, and not each page.
 */
function readAtOnce({ from, to }: Range): Call {
  return { number: X64.madvise, args: [from, to - from, MADV_HUGEPAGE], harmless: true }
}

interface Placed {
  readonly run: Run
  /** Where the file has it. */
  readonly offset: number
}

function offsets(runs: readonly Run[], start: number): Placed[] {
  let at = start
  return runs.map((run) => {
    const offset = at
    at += run.size
    return { run, offset }
  })
}

/**
 * Takes what is placed, gives it with fewer calls: what follows each other in memory and in the file, with the same access.
 * The parts of a library that may not be written are as one, and may be executed.
 */
function neighbours(placed: readonly Placed[]): Placed[] {
  const joined: Placed[] = []
  for (const one of placed) {
    const last = joined.at(-1)
    const both = last === undefined ? undefined : together(last, one)
    if (both === undefined) joined.push(one)
    else joined[joined.length - 1] = both
  }
  return joined
}

/** Two as one; undefined where the second does not follow the first, or only one of them may be written. */
function together({ run, offset }: Placed, next: Placed): Placed | undefined {
  const access = commonAccess(run.region.access, next.run.region.access)
  const follows = run.from + run.size === next.run.from && offset + run.size === next.offset
  if (access === undefined || !follows) return undefined
  return { run: { ...run, size: run.size + next.run.size, region: { ...run.region, access } }, offset }
}

/** The access of two regions as one; undefined where one of them may be written and the other not. */
function commonAccess(one: string, other: string): string | undefined {
  if (one === other) return one
  return one.includes('w') || other.includes('w') ? undefined : 'r-xp'
}

function isWhole({ from, size, region }: Run): boolean {
  return from === region.from && from + size === region.to
}

/** Entry 0: the file itself. */
function open(): Call {
  const bytes = new TextEncoder().encode('/proc/self/exe\0')
  return { number: X64.openat, args: [AT_FDCWD, 0, O_CLOEXEC], structure: { bytes, argument: 1 } }
}

/** Whether a region holds code that a process has made itself, and writes to no more: `callable` of libc.ts. */
function isMadeCode({ name, access }: Region): boolean {
  return name === '' && access === 'r-xp'
}

/** Takes an address for the copy, or fails where something is there. */
function reserve(region: Region): Call {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE
  const access = isMadeCode(region) ? 'rw-p' : region.access
  return { number: X64.mmap, args: [region.from, region.to - region.from, protection(access), flags, -1, 0] }
}

/**
 * Reads copied code: pages of a file that were written to and are then executed, a policy may refuse (execmod of
 * SELinux).
 */
function fill({ run: { from, size }, offset }: Placed): Call {
  return { number: X64.pread64, args: [0, from, size, offset], opened: 0 }
}

function seal({ from, to, access }: Region): Call {
  return { number: X64.mprotect, args: [from, to - from, protection(access)] }
}

/**
 * Maps copied pages; a write to one of them makes it the process's own. What may be written and executed is the same to a
 * policy whether a file is behind it or not (execmem of SELinux).
 */
function place({ run: { from, size, region }, offset }: Placed, fixed: number): Call {
  return { number: X64.mmap, args: [from, size, protection(region.access), MAP_PRIVATE | fixed, 0, offset], opened: 4 }
}

function protection(access: string): number {
  return (['r', 'w', 'x'] as const).reduce((sum, right) => sum | (access.includes(right) ? PROT[right] : 0), 0)
}

/** What the kernel knows of the thread; and, as Bun does when it begins, no file of the caller's is to be passed on. */
function thread({ thread: pointer, robust, alternateStack, actions }: Asleep): Call[] {
  return [
    { number: X64.close_range, args: [FIRST_PRIVATE, LAST, CLOSE_RANGE_CLOEXEC], harmless: true },
    { number: X64.arch_prctl, args: [ARCH_SET_FS, pointer] },
    { number: X64.set_robust_list, args: [robust, ROBUST_SIZE] },
    {
      number: X64.sigaltstack,
      args: [0, 0],
      structure: { bytes: Uint8Array.from(alternateStack), argument: 0 },
    },
    ...actions.map(({ signal, action }) => ({
      number: X64.rt_sigaction,
      args: [signal, 0, 0, SIGNAL_SET_SIZE],
      structure: { bytes: Uint8Array.from(action), argument: 1 },
    })),
  ]
}

/** What the request area says beside the calls. */
export type Header = { readonly [name in Exclude<keyof typeof SNAPSHOT, 'processor' | 'prefault'>]: number } & {
  readonly processor: bigint
}

/** What a segment is made of. */
export interface Segment {
  readonly code: Code
  readonly calls: readonly Call[]
  readonly header: Header
  /** Left out where there is no room for them. */
  readonly prefaults?: readonly Prefault[]
}

/**
 * Gives the segment: the code, behind it the request area, and the structures that its calls point to. Room is left for
 * headers.
 */
export function segmentOf({ code, calls, header, prefaults = [] }: Segment): Uint8Array {
  const segment = new Uint8Array(PROGRAM_SIZE)
  segment.set(code.bytes)
  const request = code.offsetOf('request')
  const area = new DataView(segment.buffer, request)
  writeHeader(area, calls.length, header)
  let space = request + REQUEST.entries + calls.length * ENTRY.size
  for (const [i, { structure, ...call }] of calls.entries()) {
    const at = REQUEST.entries + i * ENTRY.size
    if (structure === undefined) writeCall(area, at, call)
    else {
      space = aligned(space)
      segment.set(structure.bytes, space)
      writeCall(area, at, { ...call, args: call.args.with(structure.argument, PROGRAM_AT + space) })
      space += structure.bytes.length
    }
  }
  if (space > HEADERS_OFFSET)
    throw new Error(`Cannot wake a process by ${calls.length} calls: there is no room for them`)
  const place = aligned(space) - request
  const table = prefaultTable(prefaults, place, HEADERS_OFFSET - request - place)
  segment.set(table, request + place)
  if (table.length > 0) area.setUint32(SNAPSHOT.prefault, place, true)
  return segment
}

const aligned = (offset: number) => Math.ceil(offset / 8) * 8

function writeHeader(area: DataView, count: number, header: Header): void {
  area.setUint32(REQUEST.count, count, true)
  area.setUint32(SNAPSHOT.sure, header.sure, true)
  area.setBigUint64(SNAPSHOT.processor, header.processor, true)
  for (const name of ['stack', 'started', 'wake', 'entry', 'loader'] as const)
    area.setBigUint64(SNAPSHOT[name], BigInt(header[name]), true)
}

function writeCall(area: DataView, at: number, { number, args, opened, harmless }: Call): void {
  area.setUint32(at + ENTRY.number, number, true)
  if (harmless === true) area.setUint16(at + ENTRY.tolerated, ANY_ERRNO, true)
  for (const [i, value] of args.entries()) area.setBigInt64(at + ENTRY.args + 8 * i, BigInt(value), true)
  if (opened !== undefined) area.setUint8(at + ENTRY.references + opened, 1)
}
