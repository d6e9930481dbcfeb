// Counts what a daemon and its containers hold on the host, so that two moments can be compared: whatever is not the same
// again when as many containers run as before has leaked.

import { readdirSync, readFileSync } from 'node:fs'

import { leftovers } from '#tests/support/leaks.ts'

import { processesNaming } from '../traces.ts'
import type { DockerDaemon } from './daemon.ts'

/** What is counted: things by kind, and the engine's processes by their command. */
export interface Census {
  /** Processes, mounts and cgroups of the containers, and processes that have ended and that nobody has waited for. */
  readonly things: Readonly<Record<string, number>>
  readonly engine: Readonly<Record<string, Holding>>
}

/** What the processes of one command hold together. */
export interface Holding {
  readonly processes: number
  readonly descriptors: number
  /** KiB of memory in RAM that they share with no file. */
  readonly memory: number
}

/** Counts now. */
export function census(daemon: DockerDaemon): Census {
  const kinds = leftovers({ name: daemon.name, sessions: [] }).map((line) => line.split(' ')[0] ?? '')
  const engine = processesNaming(daemon.dir)
  const things: Record<string, number> = { zombie: zombiesOf(engine) }
  for (const kind of kinds) things[kind] = (things[kind] ?? 0) + 1
  const holdings: Record<string, Holding> = {}
  for (const pid of engine) {
    const name = textOf(pid, 'comm').trim()
    const { processes, descriptors, memory } = holdings[name] ?? { processes: 0, descriptors: 0, memory: 0 }
    holdings[name] = {
      processes: processes + 1,
      descriptors: descriptors + descriptorsOf(pid),
      memory: memory + memoryOf(pid),
    }
  }
  return { things, engine: holdings }
}

/** KiB of anonymous memory that a process has in RAM; proc_pid_status(5). */
export function memoryOf(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(textOf(pid, 'status'))?.[1] ?? 0)
}

/** How many descriptors a process has open. */
export function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    // ENOENT or ESRCH: it has ended while it was looked at.
    return 0
  }
}

function zombiesOf(parents: readonly number[]): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => textOf(Number(name), 'stat').split(') ').at(-1)?.split(' ') ?? [])
    .filter(([state, parent]) => state === 'Z' && parents.includes(Number(parent))).length
}

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // ENOENT or ESRCH: it has ended while it was looked at.
    return ''
  }
}
