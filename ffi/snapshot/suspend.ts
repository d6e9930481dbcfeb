// The sleeper's side of a snapshot: this process says what of it is not in its memory, and waits until that is copied. What
// comes after `suspend` happens in every process that wakes up from the copy, and never in this one.

import { Arena, ARENA_SIZE } from '../arena.ts'
import { closeOnExecFrom } from '../calls/descriptor.ts'
import { read } from '../calls/file.ts'
import { getpid, setDumpable } from '../calls/process.ts'
import { alternateStack, robustList, signalAction, threadPointer } from '../calls/thread.ts'
import { mapMemory, memoryAt, snapshotFunctions, textAt } from '../libc.ts'
import { forgetCaller } from '../perform/caller.ts'
import { uncatchSignals } from '../perform/catch.ts'
import { here, inherited } from '../perform/here.ts'
import { harmlessly } from '../call.ts'
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
  // As Bun does when it begins.
  here(harmlessly(closeOnExecFrom(4)))
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

/** Takes the stack pointer that a process began with: argc, argv, NULL, environment, NULL (execve(2)). */
function startedWith(stack: number): Started {
  const word = (at: number) => Number(new DataView(memoryAt(at, 8).buffer).getBigUint64(0, true))
  const strings = (from: number): string[] => {
    const found: string[] = []
    for (let at = from; ; at += 8) {
      const address = word(at)
      if (address === 0) return found
      found.push(textAt(address))
    }
  }
  const argc = word(stack)
  return { argv: strings(stack + 8), env: strings(stack + 8 * (argc + 2)) }
}
