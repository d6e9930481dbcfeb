// What `doctor` finds out: verdicts, and how an attempt becomes one. Knows nothing that could be attempted.

import { failedWith, SyscallError } from '#ffi/error.ts'
import { TaskDied } from '#ffi/perform/task.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { Failure, sentence } from '#src/failure.ts'
import { hintFor } from '#src/hints.ts'

/** One thing that a host can do, or cannot. */
export interface Verdict {
  readonly subject: string
  readonly verdict: 'works' | 'limited' | 'missing'
  /** What was found, or what failed. */
  readonly why?: string
  /** What would mend it: a command, mostly. */
  readonly mend?: string | undefined
  /** Whether no container can run without it. */
  readonly needed?: boolean
  /** Whether privilege is all that lacked. */
  readonly barred?: boolean
  /** Of privilege: whether there is enough for containers in a user namespace of their own, which bars nothing there. */
  readonly ownUsers?: boolean
}

/** Whom `doctor` looks at. */
export interface Patient {
  readonly kernel: Kernel
  /** PATH, to find programs. */
  readonly path: string | undefined
}

/** Looks at one part of the host. Leaves nothing behind. */
export type Probe = (patient: Patient) => readonly Verdict[]

/** A verdict about something that works; `why` says how. */
export function works(subject: string, why?: string): Verdict {
  return { subject, verdict: 'works', ...(why === undefined ? {} : { why }) }
}

/** What is known beforehand of an attempt. */
export interface Attempt {
  readonly subject: string
  /** What mends it, unless it is privilege that lacks. */
  readonly mend?: string | undefined
  readonly needed?: boolean
  /** The verdict where it fails; `missing` when left out. */
  readonly otherwise?: 'limited' | 'missing'
}

/** Takes what is to be tried, tries it, gives the verdict. `act` may give a text about what it has found. */
export function tried(
  { subject, mend, needed = false, otherwise = 'missing' }: Attempt,
  act: () => string | void,
): Verdict {
  try {
    return works(subject, act() ?? undefined)
  } catch (error) {
    if (!(error instanceof SyscallError || error instanceof Failure || error instanceof TaskDied)) throw error
    const barred = failedWith(error, 'EPERM', 'EACCES')
    return { subject, verdict: otherwise, why: sentence(error), mend: mendOf(error, mend), needed, barred }
  }
}

function mendOf(error: unknown, known: string | undefined): string | undefined {
  if (failedWith(error, 'EPERM', 'EACCES')) return 'run bunc as root, with every capability: see "privilege"'
  return (error instanceof Failure ? error.hint : undefined) ?? known ?? hintFor(error)
}
