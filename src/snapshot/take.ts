// Takes a snapshot: has an executable start, load what it will need and go to sleep, and gives one that begins as a copy of
// that process, in a fraction of the time. The copy holds the libc of this host, and is for processors like this one.

import { memfdCreate, pipe } from '#ffi/calls/descriptor.ts'
import { fstat, openat, readlinkat, renameat, seek, unlinkat } from '#ffi/calls/file.ts'
import { type Sys, tolerating } from '#ffi/call.ts'
import type { Code } from '#ffi/executor/assembler.ts'
import type { Fd } from '#ffi/fd.ts'
import { MACHINE } from '#ffi/machine.ts'
import type { Child, Kernel } from '#ffi/perform/kernel.ts'
import { endChild } from '#ffi/perform/spawn.ts'
import { snapshotCode } from '#ffi/snapshot/code.ts'
import { type Region, type Run, type Segment, segmentOf, wakeCalls } from '#ffi/snapshot/copy.ts'
import { HEADERS_OFFSET, PROGRAM_AT } from '#ffi/snapshot/layout.ts'
import { PAGE } from '#ffi/snapshot/numbers.ts'
import type { Asleep } from '#ffi/snapshot/suspend.ts'
import { SLEEP } from '#src/build.ts'
import { Failure } from '#src/failure.ts'
import { removeTree } from '#src/files.ts'
import { practiceBundle } from '#src/practice-bundle.ts'
import { aligned } from './alignment.ts'
import { isAsleep, type Patience, watch } from './asleep.ts'
import { PRACTICE_ENVIRONMENT, practising } from './engine.ts'
import { entryOf, loaderOf, memoryStart, original, programStart, snapshotOf, withProgram } from './image.ts'
import { readAt, writeLarge } from './large-file.ts'
import { joined, Sleeper } from './memory.ts'
import { observe } from './observe.ts'
import { haveWaited, otherThreads, type Thread } from './threads.ts'
import { forget, functionsOf } from './vdso.ts'

/** After it, it is ended, asleep or not. */
const PATIENCE: Patience = { between: 10, most: 60_000 }
/** Bytes: the usual limit of a stack, and more than the engine uses of it. */
const STACK_SIZE = 8 << 20
/**
 * Threads that a copy can do without: they wait for work that does not come. Of others, the engine's collector above all,
 * a copy would remember that they are there, and wait for them.
 */
const IDLE = ['JSCWarmUp', 'mi-scavenger']
/** Bytes that nobody needs, copied for the sake of fewer mappings: each mapping costs every command two microseconds. */
const GAP = 128 * PAGE
const MODE = 0o755

/** An executable with a snapshot: its size in bytes, and the first complaint about what could not be practised. */
export interface Taken {
  readonly size: number
  readonly complaint: string | undefined
}

/**
 * Writes a copy of this program that has a snapshot. Takes the path of the file, which is replaced when all has gone well.
 * Throws a Failure where no snapshot can be taken.
 */
export function takeSnapshot(kernel: Kernel, path: string): Taken {
  const { here } = kernel
  if (MACHINE !== 'x64') throw new Failure('there are snapshots on x86-64 only')
  const executable = aligned(original(ownExecutable(here)))
  if (snapshotOf(executable) === undefined) throw new Failure('there are snapshots with glibc only')
  const beside = `${path}.practice`
  const code = snapshotCode()
  const header = { sure: 0, processor: 0n, stack: 0, started: 0, wake: 0, ...beginning(executable) }
  const file = create(here, beside)
  try {
    fill(here, file, withProgram(practising(executable), segmentOf({ code, calls: [], header }), []))
    const { image, segment, complaint } = copyOf(kernel, executable, beside, code)
    here(unlinkat('cwd', beside, []))
    fill(here, create(here, beside), image)
    const prefaults = observe(kernel, beside)
    replaceSegment(here, beside, programStart(executable.length), segmentOf({ ...segment, prefaults }))
    here(renameat('cwd', beside, 'cwd', path))
    return { size: image.length, complaint }
  } catch (error) {
    here(tolerating(unlinkat('cwd', beside, []), 'ENOENT'))
    removeTree(here, practiceBundle(beside))
    throw error
  }
}

function ownExecutable(sys: Sys): Buffer {
  using file = sys(openat('cwd', '/proc/self/exe', ['RDONLY']))
  return readAt(sys, file, 0, sys(fstat(file)).size)
}

/** A file that is not there yet. */
function create(sys: Sys, path: string): Fd {
  return sys(openat('cwd', path, ['WRONLY', 'CREAT', 'EXCL'], MODE))
}

/** Writes all of it, and closes the file: one that is open to be written cannot be executed. */
function fill(sys: Sys, created: Fd, image: Uint8Array): void {
  using file = created
  writeLarge(sys, file, image)
}

/** Writes another segment over that of an executable, but for the headers behind it. */
function replaceSegment(sys: Sys, path: string, start: number, segment: Uint8Array): void {
  using file = sys(openat('cwd', path, ['WRONLY']))
  sys(seek(file, start))
  writeLarge(sys, file, segment.subarray(0, HEADERS_OFFSET))
}

/** The executable with the memory of the process that sleeps, and what its segment is made of. */
interface Image {
  readonly image: Buffer
  readonly segment: Segment
}

/** Has the file start and go to sleep. */
function copyOf(
  kernel: Kernel,
  executable: Buffer,
  file: string,
  code: Code,
): Image & { complaint: string | undefined } {
  const { here } = kernel
  // What is practised has an output of its own, and complains where it may not do all.
  using output = here(memfdCreate('output', ['CLOEXEC']))
  using complaints = here(memfdCreate('complaints', ['CLOEXEC']))
  // While the other end is open, it sleeps.
  const [ends, held] = here(pipe(['CLOEXEC']))
  using stdin = ends
  const labels = ['suspend', 'processor'].map((label) => String(PROGRAM_AT + code.offsetOf(label)))
  const child = kernel.start({
    path: file,
    args: ['bunc', SLEEP, ...labels],
    env: PRACTICE_ENVIRONMENT,
    stdio: [stdin, output, complaints],
  })
  using pidfd = child.pidfd
  try {
    const threads = waitUntilAsleep(here, child, complaints)
    const missed = threads.map(({ name }) => name).filter((name) => !IDLE.includes(name))
    if (missed.length > 0) throw new Failure(`its threads ${missed.join(', ')} would be missing`)
    using sleeper = new Sleeper(here, child.pid)
    // As its mappings name it.
    const name = here(readlinkat('cwd', `/proc/${child.pid}/exe`))
    const asleep: Asleep = JSON.parse(linesOf(here, output).at(-1) ?? '')
    return {
      ...imageOf(executable, { code, sleeper, asleep, file: name }),
      complaint: linesOf(here, complaints)[0],
    }
  } finally {
    endChild(here, pidfd)
    held[Symbol.dispose]()
  }
}

/** Waits until it sleeps, and its other threads have nothing left to do. Gives those. */
function waitUntilAsleep(sys: Sys, child: Child, complaints: Fd): readonly Thread[] {
  let before: readonly Thread[] | undefined
  const threads = watch(sys, child, PATIENCE, () => {
    const now = isAsleep(sys, child.pid) ? otherThreads(sys, child.pid) : undefined
    const waited = before !== undefined && now !== undefined && haveWaited(before, now)
    before = now
    return waited ? now : undefined
  })
  if (threads === 'late')
    throw new Failure(`the process that was to sleep does not, after ${PATIENCE.most / 1000} seconds`)
  if (threads !== 'ended') return threads
  const said = linesOf(sys, complaints).at(-1)
  throw new Failure(`the process that was to sleep has ended${said === undefined ? '' : `: ${said}`}`)
}

/** What was written to a file until now. Of a complaint, what follows the name of the program. */
function linesOf(sys: Sys, file: Fd): string[] {
  const text = readAt(sys, file, 0, sys(fstat(file)).size).toString()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^bunc: /, '')]))
}

/** A process that sleeps, and what it was started from. */
interface Asleeper {
  readonly code: Code
  readonly sleeper: Sleeper
  readonly asleep: Asleep
  readonly file: string
}

function imageOf(executable: Buffer, { code, sleeper, asleep, file }: Asleeper): Image {
  const regions = sleeper.regions().map((region) => (region.name === '[stack]' ? grown(region) : region))
  // Where nobody may read or write, a copy has nothing.
  const others = regions.filter(({ name, access }) => name !== file && !access.startsWith('---'))
  const own = regions.filter(({ name }) => name === file)
  const runs = [...others, ...own].flatMap((region) => pagesOf(sleeper, region, file))
  const start = memoryStart(executable.length)
  const kept = own.filter(({ access }) => !access.includes('w'))
  const { calls, sure } = wakeCalls({ taken: others, runs, kept, executable: file, start, asleep })
  const header = {
    sure,
    processor: BigInt(asleep.processor),
    stack: Number(sleeper.read(asleep.stack, 8).readBigUInt64LE()),
    started: asleep.started,
    wake: PROGRAM_AT + code.offsetOf('woken'),
    ...beginning(executable),
  }
  const segment = { code, calls, header }
  return { image: withProgram(executable, segmentOf(segment), copied(sleeper, runs)), segment }
}

/** How it begins without a snapshot. */
function beginning(executable: Buffer): { entry: number; loader: number } {
  return { entry: entryOf(executable), loader: loaderOf(executable) }
}

/** As far down as a stack may grow that the kernel has made: a copy of one does not grow. */
function grown(stack: Region): Region {
  return { ...stack, from: stack.to - STACK_SIZE }
}

function copied(sleeper: Sleeper, runs: readonly Run[]): Buffer[] {
  const vdso = runs.filter(({ region }) => region.name === VDSO)
  const functions = new Set(vdso.flatMap(({ from, size }) => [...functionsOf(sleeper.read(from, size), from)]))
  return runs.map(({ from, size, region }) => {
    const bytes = sleeper.read(from, size)
    if (LIBC.test(region.name)) forget(bytes, functions)
    return bytes
  })
}

const VDSO = '[vdso]'
/**
 * What the functions of the vdso read, and the kernel alone can copy. A copy has zeros there, which tell a function that it
 * must ask the kernel: the executable has the address of `time` itself, which is not forgotten.
 */
const VVAR = /^\[vvar/
/** Who calls them. */
const LIBC = /\/(ld-linux-x86-64|libc)\.so\./

/**
 * What of a region must be copied: of a library all, for its file, or the kernel, may be another where the copy wakes up.
 * The executable itself is there.
 */
function pagesOf(sleeper: Sleeper, region: Region, executable: string): Run[] {
  if (VVAR.test(region.name)) return []
  const { from, to, name } = region
  if (name !== executable && (name.startsWith('/') || name === VDSO)) return [{ from, size: to - from, region }]
  return joined(sleeper.ownPages(region), GAP)
}
