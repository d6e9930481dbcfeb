// The threads of a process that sleeps (proc_pid_status(5)): its copy will have none of them, so they must have nothing to
// do.

import type { Sys } from '#ffi/call.ts'
import { entriesOf, readTextIfThere } from '#src/files.ts'

/** A thread, as it is at a moment. */
export interface Thread {
  readonly name: string
  /** Whether it waits for something. */
  readonly waits: boolean
  /** How often it has given way to others, and had to: who has done something in between has more. */
  readonly switches: string
}

/** Takes a pid, gives its threads but for the first. */
export function otherThreads(sys: Sys, pid: number): Thread[] {
  const others = entriesOf(sys, `/proc/${pid}/task`).filter(({ name }) => name !== String(pid))
  return others.flatMap(({ name }) => {
    const status = readTextIfThere(sys, `/proc/${pid}/task/${name}/status`)
    return status === undefined ? [] : [threadOf(status)]
  })
}

/** Takes the text of proc_pid_status(5). */
export function threadOf(status: string): Thread {
  const fields = new Map(status.split('\n').map((line) => [line.split(':\t', 1)[0], line.replace(/^.*?:\t/, '')]))
  const switches = [fields.get('voluntary_ctxt_switches'), fields.get('nonvoluntary_ctxt_switches')]
  return {
    name: fields.get('Name') ?? '',
    waits: fields.get('State')?.startsWith('S') ?? false,
    switches: switches.join(' '),
  }
}

/**
 * Takes two looks at the threads of a process, says whether all of them have waited from the one to the other: then none
 * holds a lock, nor is about to hand anything over.
 */
export function haveWaited(before: readonly Thread[], now: readonly Thread[]): boolean {
  return now.every(({ waits }) => waits) && JSON.stringify(before) === JSON.stringify(now)
}
