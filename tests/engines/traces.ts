// What an engine and its containers have left on the host. Adds to the traces of a single runtime the engine's own
// processes, known by the private directory in their command lines. Looks by name, so that tests may run side by side.
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { leftovers, sweep } from '#tests/support/leaks.ts'
import type { Traces } from '#tests/support/leaks.ts'

const CGROUP_ROOT = '/sys/fs/cgroup'

/** The live processes whose command line names `dir`: the engine, its helpers and its shims. */
export function processesNaming(dir: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandOf(pid).includes(`${dir}/`))
}

/** Fails where anything that carries the engine's name is alive or mounted; grants it two seconds to go. */
export async function assertNothingLeftOf(traces: Traces, dir: string): Promise<void> {
  const look = () => [
    ...leftovers(traces),
    ...processesNaming(dir).map((pid) => `process ${pid} (${commandOf(pid).trim()})`),
  ]
  await eventually('nothing left behind', () => look().length === 0, 2_000).catch(() => {
    throw new Error(`Cannot call the engine stopped: left behind\n${look().join('\n')}`)
  })
}

/**
 * Removes the cgroup `path` from every hierarchy, where it is empty. An engine has its runtime make the cgroup above
 * its containers, and nobody removes that one. One with a cgroup below it stays, and is reported as left.
 */
export function removeEmptyCgroup(path: string): void {
  const hierarchies = readdirSync(CGROUP_ROOT).map((entry) => join(CGROUP_ROOT, entry))
  for (const dir of [CGROUP_ROOT, ...hierarchies].map((root) => join(root, path))) {
    const children = existsSync(dir) ? readdirSync(dir, { withFileTypes: true }) : []
    if (existsSync(dir) && !children.some((entry) => entry.isDirectory())) rmdirSync(dir)
  }
}

/** Kills, unmounts and removes what is left. */
export async function sweepEngine(traces: Traces, dir: string): Promise<void> {
  await eventually('an engine that ends when killed', () => {
    const pids = processesNaming(dir)
    for (const pid of pids) killQuietly(pid)
    return pids.length === 0
  })
  await sweep(traces)
}

/** The command line of `pid`, its words parted by spaces; empty where it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // ENOENT or ESRCH: the process ended while it was looked at.
    return ''
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH: it ended by itself.
  }
}
