// The sleeper's side of a snapshot: this process says what of it is not in its memory, and waits until that is copied. What
// comes after `suspend` happens in every process that wakes up from the copy, and never in this one.

import { Arena, ARENA_SIZE } from '../arena.ts'
import { read } from '../calls/file.ts'
import { getpid, setDumpable } from '../calls/process.ts'
import { alternateStack, robustList, signalAction, threadPointer } from '../calls/thread.ts'
import { decodeText, encodeText } from '../kinds.ts'
import { mapMemory, memoryAt, snapshotFunctions } from '../libc.ts'
import { forgetCaller } from '../perform/caller.ts'
import { uncatchSignals } from '../perform/catch.ts'
import { here, inherited } from '../perform/here.ts'
import { SIGNAL } from '../numbers/signal.ts'
import { SNAPSHOT } from './layout.ts'

const NUMBER_OF_SIGNALS = 64
/** More than the structure in which libc describes a thread has. */
const THREAD_SIZE = 0x900

/** What of a sleeping process is not in its memory, and where in its memory things are. */
export interface Asleep {
  /** The digest of `processor`. */
  readonly processor: string
  readonly thread: number
  readonly robust: number
  readonly alternateStack: readonly number[]
  /** What happens at signals, by number: what Bun has set. */
  readonly actions: readonly { readonly signal: number; readonly action: readonly number[] }[]
  /** Address of the 64 bits that hold its stack pointer. */
  readonly stack: number
  /** Address of the 64 bits for the stack pointer of the process that takes its place. */
  readonly started: number
}

/** What a process was started with: its words, and the variables of its environment. */
export interface Started {
  readonly argv: readonly string[]
  readonly env: readonly string[]
}

/**
 * Puts this process to sleep until its stdin ends. Takes the addresses of `suspend` and `processor` of snapshot/program.ts,
 * and whom to tell. Gives undefined in this process, and in one that wakes up what that one was started with.
 */
export function suspend(
  addresses: { readonly suspend: number; readonly processor: number },
  tell: (asleep: Asleep) => void,
): Started | undefined {
  uncatchSignals()
  forgetCaller()
  const functions = snapshotFunctions(addresses.suspend, addresses.processor)
  const arena = new Arena(mapMemory(ARENA_SIZE))
  const slots = memoryAt(arena.request, 64)
  const thread = here(threadPointer())
  const descriptor = new Int32Array(memoryAt(thread, THREAD_SIZE).buffer)
  const pid = here(getpid())
  const numbers = [...descriptor.keys()].filter((i) => descriptor[i] === pid)
  // What is done once already takes less time.
  startedWith(unstarted())
  // Its copier is not its tracer.
  here(setDumpable(1))
  tell({
    processor: String(functions.processor()),
    thread,
    robust: here(robustList()),
    alternateStack: [...here(alternateStack())],
    actions: actions(),
    stack: arena.request + SNAPSHOT.stack,
    started: arena.request + SNAPSHOT.started,
  })
  arena.reset()
  arena.add(read(inherited(0, 'stdin'), 1), () => undefined)
  arena.seal()
  functions.suspend(arena.request, arena.reply)
  const started = Number(new DataView(slots.buffer).getBigUint64(SNAPSHOT.started, true))
  if (started === 0) return undefined
  // Those who lock and signal threads know this one by the number that it had.
  const own = here(getpid())
  for (const i of numbers) descriptor[i] = own
  return startedWith(started)
}

/** Those of Bun. What else is ignored here, a caller has wanted, and another caller may not. */
function actions(): Asleep['actions'] {
  return Array.from({ length: NUMBER_OF_SIGNALS }, (_, i) => i + 1).flatMap((signal) => {
    const action = here(signalAction(signal))
    const handler = Number(new DataView(action.buffer).getBigUint64(0, true))
    const wanted = handler === SIG_IGN ? IGNORED_BY_BUN.includes(signal) : handler !== SIG_DFL
    return wanted ? [{ signal, action: [...action] }] : []
  })
}

const SIG_DFL = 0
const SIG_IGN = 1
const IGNORED_BY_BUN: readonly number[] = [SIGNAL.SIGPIPE, SIGNAL.SIGXFSZ]

/** Bytes: enough for the addresses of most processes. */
const AT_FIRST = 128 << 10
/** a_type of getauxval(3): the path that was executed. */
const AT_EXECFN = 31

/**
 * Takes the stack pointer that a process began with: argc, the addresses of the words, NULL, those of the variables, NULL,
 * the auxiliary vector. The kernel puts all their texts one after the other, in that order, and behind them the path that
 * it has executed, which ends where the stack ends: nothing may be read beyond the texts.
 */
export function startedWith(stack: number, size = AT_FIRST): Started {
  const words = new Uint32Array(memoryAt(stack, size).buffer)
  const address = (at: number) => (words[2 * at + 1] ?? 0) * 2 ** 32 + (words[2 * at] ?? 0)
  const argc = address(0)
  let end = argc + 2
  while (2 * end < words.length && address(end) !== 0) end++
  let path = end + 1
  while (2 * path < words.length && address(path) !== AT_EXECFN) path += 2
  if (2 * path + 3 >= words.length) return startedWith(stack, 2 * size)
  const first = address(1)
  const texts = decodeText(memoryAt(first, address(path + 1) - first - 1)).split('\0')
  return { argv: texts.slice(0, argc), env: texts.slice(argc) }
}

/** Gives the stack pointer of a process that was not started, to be read for practice. */
function unstarted(): number {
  const { address, view } = mapMemory(AT_FIRST)
  const texts = address + 128
  view(128, 15).set(encodeText('bunc\0A=b\0/bunc\0'))
  const words = [1, texts, 0, texts + 5, 0, AT_EXECFN, texts + 9]
  const block = new DataView(view(0, 64).buffer)
  for (const [i, word] of words.entries()) block.setBigUint64(8 * i, BigInt(word), true)
  return address
}
