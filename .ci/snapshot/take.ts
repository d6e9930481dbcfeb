// Takes a snapshot: has an executable start, load what it will need and go to sleep, and gives one that begins as a copy of
// that process, in a fraction of the time. Needs an x86-64 host with the libc of the executable; used when bunc is built.

import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Code } from '#ffi/executor/assembler.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { snapshotCode } from '#ffi/snapshot/code.ts'
import { PAGE, type Region, type Run, segmentOf, wakeCalls } from '#ffi/snapshot/copy.ts'
import { PROGRAM_AT } from '#ffi/snapshot/layout.ts'
import { SLEEP } from '#ffi/snapshot/sleep.ts'
import type { Asleep } from '#ffi/snapshot/suspend.ts'
import { entryOf, loaderOf, memoryStart, withProgram } from './image.ts'
import { otherThreads, Sleeper } from './memory.ts'
import { forget, functionsOf } from './vdso.ts'

/** Milliseconds after which it is killed, asleep or not. */
const PATIENCE = 60_000
/** Bytes: the usual limit, and more than the engine uses of it. */
const STACK_SIZE = 8 << 20
/**
 * Threads that a copy can do without: they wait for work that does not come. Of others, the engine's collector above all,
 * a copy would remember that they are there, and wait for them.
 */
const IDLE = ['JSCWarmUp', 'mi-scavenger']
/** A mapping costs as much as a few pages that nobody needs. */
const GAP = 16 * PAGE

/**
 * Takes the path of an executable, puts one in its place that starts as a copy of itself. Where none can be taken it says
 * why, and the executable stays as it is, which takes longer to start.
 */
export async function addSnapshot(path: string): Promise<void> {
  const beside = `${path}.snapshot`
  try {
    writeFileSync(beside, await withSnapshot(readFileSync(path)), { mode: 0o755 })
    // It may be running.
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    console.error(`"${path}" has no snapshot: ${error instanceof Error ? error.message : error}`)
  }
}

/** Takes an executable, gives it with a snapshot of what it is when it has loaded. Throws where that is not possible. */
async function withSnapshot(executable: Buffer): Promise<Buffer> {
  const code = snapshotCode()
  const folder = mkdtempSync(join(tmpdir(), 'bunc-snapshot-'))
  try {
    const file = join(folder, 'bunc')
    const nobody = { sure: 0, processor: 0n, stack: 0, started: 0, wake: 0, ...beginning(executable) }
    writeFileSync(file, withProgram(executable, segmentOf(code, [], nobody), []))
    chmodSync(file, 0o755)
    await using child = start(file, code)
    const asleep = await asleepOf(child)
    using sleeper = new Sleeper(child.process.pid)
    return copyOf(executable, { code, sleeper, asleep, file })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A process that is to sleep, and the file with what it has said. */
interface Child {
  readonly process: Bun.Subprocess<'pipe', Bun.BunFile, Bun.BunFile>
  readonly output: string
}

/**
 * Starts it where the kernel puts memory at the same addresses each time, far from where it puts that of a process that
 * was started in the usual way: those of the copy are free there.
 */
function start(file: string, code: Code): Child & AsyncDisposable {
  const addresses = ['suspend', 'processor'].map((label) => String(PROGRAM_AT + code.offsetOf(label)))
  const argv = ['setarch', '--addr-no-randomize', '--addr-compat-layout', file, SLEEP, ...addresses]
  const limit = { timeout: PATIENCE, killSignal: 'SIGKILL' } as const
  const output = `${file}.output`
  const [stdout, stderr] = [Bun.file(output), Bun.file(`${file}.complaints`)]
  const process = Bun.spawn(argv, { stdin: 'pipe', stdout, stderr, env: {}, ...limit })
  return {
    process,
    output,
    [Symbol.asyncDispose]: async () => {
      process.kill('SIGKILL')
      await process.exited
    },
  }
}

/** Waits until it reads from its stdin, and gives what it has said last: before it, it has done commands for practice. */
async function asleepOf({ process, output }: Child): Promise<Asleep> {
  // proc_pid_syscall(5): the number of the system call that it waits in, and its first argument.
  while (!readFileSync(`/proc/${process.pid}/syscall`, 'utf8').startsWith(`${X64.read} 0x0 `)) {
    await Bun.sleep(10)
    if (process.exitCode !== null || process.signalCode !== null)
      throw new Error(`Cannot take a snapshot: the process ended with ${process.exitCode ?? process.signalCode}`)
  }
  const busy = otherThreads(process.pid).filter((name) => !IDLE.includes(name))
  if (busy.length > 0) throw new Error(`Cannot take a snapshot: its threads ${busy.join(', ')} would be missing`)
  return JSON.parse(readFileSync(output, 'utf8').trimEnd().split('\n').at(-1) ?? '')
}

/** A process that sleeps, and what it was started from. */
interface Asleeper {
  readonly code: Code
  readonly sleeper: Sleeper
  readonly asleep: Asleep
  readonly file: string
}

function copyOf(executable: Buffer, { code, sleeper, asleep, file }: Asleeper): Buffer {
  const regions = sleeper.regions().map((region) => (region.name === '[stack]' ? grown(region) : region))
  const others = regions.filter(({ name }) => name !== file)
  const own = regions.filter(({ name }) => name === file)
  const runs = [...others.flatMap((region) => pagesOf(sleeper, region)), ...own.flatMap((r) => sleeper.ownPages(r))]
  const start = memoryStart(executable.length)
  const { calls, sure } = wakeCalls({ taken: others, runs, executable: file, start, asleep })
  const segment = segmentOf(code, calls, {
    sure,
    processor: BigInt(asleep.processor),
    stack: Number(sleeper.read(asleep.stack, 8).readBigUInt64LE()),
    started: asleep.started,
    wake: PROGRAM_AT + code.offsetOf('woken'),
    ...beginning(executable),
  })
  return withProgram(executable, segment, copied(sleeper, runs))
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
/** What the functions of the vdso read: of no use where nothing calls them, and readable by the kernel alone. */
const VVAR = /^\[vvar/
/** Who calls them. */
const LIBC = /\/(ld-linux-x86-64|libc)\.so\./

/** What of a region must be copied: of a library all, for its file, or the kernel, may be another where the copy wakes up. */
function pagesOf(sleeper: Sleeper, region: Region): Run[] {
  if (region.access.startsWith('---') || VVAR.test(region.name)) return []
  if (region.name.startsWith('/') || region.name === VDSO)
    return [{ from: region.from, size: region.to - region.from, region }]
  return joined(sleeper.ownPages(region))
}

function joined(runs: readonly Run[]): Run[] {
  const wide: Run[] = []
  for (const run of runs) {
    const last = wide.at(-1)
    if (last === undefined || run.from - last.from - last.size > GAP) wide.push(run)
    else wide[wide.length - 1] = { ...last, size: run.from + run.size - last.from }
  }
  return wide
}
