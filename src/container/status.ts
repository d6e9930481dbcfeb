// The status of a container is not remembered but found out: from its process, its cgroup and its fifo.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstatat } from '#ffi/calls/file.ts'
import { pidfdOpen } from '#ffi/calls/process.ts'
import { failedWith } from '#ffi/error.ts'
import { type Fd, ready } from '#ffi/fd.ts'
import { isFrozen } from '#src/cgroups/freezer.ts'
import { AT_ONCE, readTextIfThere } from '#src/files.ts'
import { FIFO } from './state.ts'
import type { Known } from './store.ts'

/** As runtime.md names them, and `paused`, which engines expect. */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped'

/** Finds out the status of a container. */
export function statusOf(sys: Sys, { directory, state }: Known): Status {
  if (!isAlive(sys, state)) return 'stopped'
  if (isFrozen(sys, state.cgroup)) return 'paused'
  return sys(tolerating(fstatat('cwd', `${directory}/${FIFO}`, []), 'ENOENT')) === undefined ? 'running' : 'created'
}

/** A process that is known by its pid and the time of its birth. */
export interface Identified {
  readonly pid: number
  readonly startTime: string
}

/** Whether the process is there and no zombie. */
export function isAlive(sys: Sys, { pid, startTime }: Identified): boolean {
  const stat = statOf(sys, pid)
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X'
}

/** Opens a pidfd of the process, or gives undefined when it is gone. The pid cannot pass to another one meanwhile. */
export function openProcess(sys: Sys, process: Identified): Fd | undefined {
  if (process.pid <= 0) return undefined
  let alive = false
  const pidfd = ready(sys(tolerating(pidfdOpen(process.pid), 'ESRCH')), (opened) => {
    alive = !opened.missing && isAlive(sys, process)
  })
  if (alive) return pidfd
  pidfd[Symbol.dispose]()
  return undefined
}

/** Takes a pid, gives when that process began; an empty text when there is none. */
export function startTimeOf(sys: Sys, pid: number): string {
  return statOf(sys, pid)?.startTime ?? ''
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)). The name in field 2 may contain anything, so counting starts after it. */
function statOf(sys: Sys, pid: number): { state: string; startTime: string } | undefined {
  if (pid <= 0) return undefined
  const text = statText(sys, pid)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' }
}

/** Between the opening of the file and the reading of it, the process may be reaped: that is ESRCH. */
function statText(sys: Sys, pid: number): string | undefined {
  try {
    return readTextIfThere(sys, `/proc/${pid}/stat`, AT_ONCE)
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) throw error
    return undefined
  }
}
