// What bunc's caller had set for this process and Bun, or bunc itself, has changed since: a process that bunc makes gets
// it back.

import { harmlessly } from '../call.ts'
import { closesOnExec } from '../calls/descriptor.ts'
import { getppid } from '../calls/process.ts'
import { getLimit, type Limit } from '../calls/resource.ts'
import { SIGNAL_SET_SIZE, signalMask } from '../calls/signal.ts'
import { here, inherited } from '../perform/here.ts'

let mask: Uint8Array | undefined
let stdio: readonly number[] | undefined
let openFiles: { readonly limit: Limit | undefined } | undefined

/** The signal mask that bunc was started with. */
export function callersMask(): Uint8Array {
  mask ??= here(signalMask('BLOCK', new Uint8Array(SIGNAL_SET_SIZE)))
  return mask
}

/**
 * Which of stdin, stdout and stderr bunc was started without. Bun puts files of its own in the place of closed ones; they
 * are CLOEXEC, which no inherited file can be.
 */
export function closedStdio(): readonly number[] {
  stdio ??= [0, 1, 2].filter((number) => here(closesOnExec(inherited(number, `stdio ${number}`))))
  return stdio
}

/** Bun raises RLIMIT_NOFILE to its hard limit, but not beyond this. */
const RAISED_TO = 1n << 20n

/**
 * The RLIMIT_NOFILE that bunc was started with, where it has another one now and what it was can be known; else
 * undefined.
 */
export function callersOpenFiles(): Limit | undefined {
  openFiles ??= { limit: foundOpenFiles() }
  return openFiles.limit
}

/**
 * Bun does not keep what it found, so the parent is asked, which hands its own limit down unless it takes care not to. A
 * hard limit that differs says that it did, and a soft limit below the hard one that Bun has not raised ours.
 */
function foundOpenFiles(): Limit | undefined {
  const own = here(getLimit(0, 'RLIMIT_NOFILE'))
  const raised = own.hard < RAISED_TO ? own.hard : RAISED_TO
  if (own.soft !== raised) return undefined
  // EPERM: the parent is another user's. ESRCH: it has ended.
  const parent = here(harmlessly(getLimit(here(getppid()), 'RLIMIT_NOFILE')))
  return parent !== undefined && parent.hard === own.hard && parent.soft < own.soft ? parent : undefined
}
