// Table: what is measured in bytes or counted from outside. A row that a host cannot answer gives undefined.

import { readFileSync } from 'node:fs'

import type { Contender } from './contender.ts'

/** Something with a size. */
export interface Measure {
  readonly name: string
  /** The figure, in what `name` says. */
  readonly once: (contender: Contender) => number | undefined | Promise<number | undefined>
}

/** The rows in the order of the report. */
export const MEASURES: readonly Measure[] = [
  { name: 'peak memory of create, KiB', once: peakOfCreate },
  { name: 'memory of a created container, KiB', once: residentWhileCreated },
  { name: 'smallest memory limit for run, KiB', once: smallestLimit },
  { name: 'system calls of run (strace)', once: systemCalls },
]

/**
 * VmHWM of the command itself, looked at until it ends. The kernel's own figure for an ended process (ru_maxrss) begins
 * with the size of whoever has made it by vfork(2), which here is larger than a runtime.
 */
async function peakOfCreate(contender: Contender): Promise<number> {
  const peaks: number[] = []
  for (let i = 0; i < 5; i++) {
    const child = Bun.spawn(contender.argv('create', '--bundle', contender.bundle, contender.id), contender.options)
    peaks.push(highestOf(child.pid))
    if ((await child.exited) !== 0) throw new Error(`Cannot measure "${contender.name} create": it fails`)
    contender.run('delete', '--force', contender.id)
  }
  return Math.max(...peaks)
}

function highestOf(pid: number): number {
  let highest = 0
  for (;;) {
    const now = kibibytes(`/proc/${pid}/status`, 'VmHWM')
    if (now === undefined) return highest
    highest = now
  }
}

/** Pss of the first process of a container that waits for `start`: pages that others share are counted in parts. */
function residentWhileCreated(contender: Contender): number | undefined {
  const pidFile = contender.path('pid')
  contender.run('create', '--bundle', contender.bundle, '--pid-file', pidFile, contender.id)
  const pss = kibibytes(`/proc/${readFileSync(pidFile, 'utf8')}/smaps_rollup`, 'Pss')
  contender.run('delete', '--force', contender.id)
  return pss
}

/** The value of a line such as "Pss:  12 kB"; undefined where there is none: the process has ended. */
function kibibytes(file: string, field: string): number | undefined {
  try {
    const value = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1]
    return value === undefined ? undefined : Number(value)
  } catch {
    // ENOENT, ESRCH.
    return undefined
  }
}

const STEP = 64
const HIGHEST = 64 * 1024

/** By bisection, to the next STEP; undefined where no limit can be set. */
function smallestLimit(contender: Contender): number | undefined {
  let [failing, working] = [0, HIGHEST]
  if (!runsWithin(contender, working)) return undefined
  while (working - failing > STEP) {
    const middle = Math.ceil((failing + working) / 2 / STEP) * STEP
    if (runsWithin(contender, middle)) working = middle
    else failing = middle
  }
  contender.configure({})
  return working
}

/** What works once may have been lucky. */
const TRIES = 3

function runsWithin(contender: Contender, limit: number): boolean {
  contender.configure({ linux: { resources: { memory: { limit: limit * 1024 } } } })
  for (let i = 0; i < TRIES; i++) {
    if (contender.attempt('run', '--bundle', contender.bundle, contender.id)) continue
    // It may have left something: that is not what is measured.
    contender.attempt('delete', '--force', contender.id)
    return false
  }
  return true
}

/** Of all its processes, the container's `true` included; undefined where strace is not installed. */
function systemCalls(contender: Contender): number | undefined {
  if (Bun.which('strace') === null) return undefined
  const file = contender.path('strace')
  const argv = contender.argv('run', '--bundle', contender.bundle, contender.id)
  const { success } = Bun.spawnSync(['strace', '-f', '-c', '-o', file, ...argv], contender.options)
  // The last line is "100.00  SECONDS  USECS/CALL  CALLS  ERRORS total".
  const calls = Number(readFileSync(file, 'utf8').trim().split('\n').at(-1)?.trim().split(/\s+/)[3])
  return success && calls > 0 ? calls : undefined
}
