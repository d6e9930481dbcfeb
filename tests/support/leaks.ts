// What a test has left behind on the host: cgroups, mounts, processes and state directories that carry its name.
// Looks by name and never compares two snapshots, so that tests may run side by side. Knows no runtime.
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from './eventually.ts'

/** What belongs to one test: the name that its containers, cgroups and paths carry, and the sessions it started. */
export interface Traces {
  readonly name: string
  readonly sessions: readonly number[]
}

const CGROUP_ROOT = '/sys/fs/cgroup'

/** A line for each thing that is left, sorted by kind; empty where the test left the host as it was. */
export function leftovers(traces: Traces): string[] {
  return [
    ...processesOf(traces).map((pid) => `process ${pid} (${commandOf(pid)})`),
    ...mountsOf(traces.name).map((path) => `mount ${path}`),
    ...cgroupsOf(traces.name).map((path) => `cgroup ${path}`),
    ...statesOf(traces.name).map((path) => `state directory ${path}`),
  ]
}

/** Gives the kernel a second to finish what is on its way out, then fails where something is left. */
export async function assertNothingLeft(traces: Traces): Promise<void> {
  const gone = () => leftovers(traces).length === 0
  await eventually('nothing left behind', gone, 1_000).catch(() => {
    throw new Error(`Cannot call the test clean: left behind\n${leftovers(traces).join('\n')}`)
  })
}

/** Removes by force what `leftovers` reports, so that one failed test does not fail the next. */
export async function sweep(traces: Traces): Promise<void> {
  await eventually('processes that end when killed', () => {
    thaw(traces.name)
    return killAll(traces) === 0
  })
  for (const path of mountsOf(traces.name).reverse()) Bun.spawnSync(['umount', '-l', path], { timeout: 5_000 })
  // EBUSY for as long as a killed process is still on its way out.
  await eventually('cgroups that can be removed', () => {
    const paths = cgroupsOf(traces.name).reverse()
    for (const path of paths) attempt(() => rmdirSync(path))
    return paths.length === 0
  })
}

/** Sends SIGKILL to every live process of the test and gives their number. */
export function killAll(traces: Traces): number {
  const pids = processesOf(traces)
  for (const pid of pids) attempt(() => process.kill(pid, 'SIGKILL'))
  return pids.length
}

/** The live processes in the test's cgroups or sessions; a zombie is its parent's business. */
export function processesOf(traces: Traces): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isTraced(pid, traces))
}

function isTraced(pid: number, traces: Traces): boolean {
  const [state, , , session] = readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return false
  return traces.sessions.includes(Number(session)) || readOrEmpty(`/proc/${pid}/cgroup`).includes(traces.name)
}

function commandOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || readOrEmpty(`/proc/${pid}/comm`).trim()
}

function mountsOf(name: string): string[] {
  return readOrEmpty('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.includes(name))
}

/** Parents stand before their children. */
function cgroupsOf(name: string, below = CGROUP_ROOT): string[] {
  return directoriesIn(below).flatMap((entry) => {
    const path = join(below, entry)
    return [...(path.includes(name) ? [path] : []), ...cgroupsOf(name, path)]
  })
}

/** State that went to a default root in place of the private one. */
function statesOf(name: string): string[] {
  return ['/run/bunc', '/run/runc', '/run/crun'].flatMap((root) =>
    directoriesIn(root)
      .filter((entry) => entry.includes(name))
      .map((entry) => join(root, entry)),
  )
}

/** A frozen process of cgroup v1 does not die before it is thawed. */
function thaw(name: string): void {
  for (const path of cgroupsOf(name)) {
    const file = join(path, 'freezer.state')
    if (existsSync(file)) attempt(() => Bun.spawnSync(['sh', '-c', `echo THAWED > ${file}`], { timeout: 5_000 }))
  }
}

function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    // ENOENT: a cgroup or a root that went away, or never was.
    return []
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // ENOENT or ESRCH: the process ended while it was looked at.
    return ''
  }
}

function attempt(action: () => unknown): void {
  try {
    action()
  } catch {
    // What could not be removed is seen and reported by the next look.
  }
}
