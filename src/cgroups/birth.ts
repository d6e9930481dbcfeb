// The ways of a process into a cgroup. To move one from outside, the kernel stops all forks of the host and waits for an
// RCU grace period, milliseconds. So the container's first process is born into version 2 (CLONE_INTO_CGROUP), and walks
// into version 1 itself: a thread that moves itself needs neither wait (Linux 5.5). Moving from outside is kept for
// processes that were made by others.

import type { Call, Sys } from '#ffi/call.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { Failure } from '#src/failure.ts'
import { readText, writeValue } from '#src/files.ts'
import { cleaned, parseOwn } from './plan.ts'
import { type CgroupRecord, type Hierarchy, legacyOnes, unifiedOf } from './record.ts'
import { readValueIfThere } from './values.ts'
import type { Fd } from '#ffi/fd.ts'

/**
 * Opens the cgroup of version 2 for a process to be born into; undefined where there is none. clone3(2) then fails with
 * EAGAIN where the limit of processes is reached (`bearInto` says which), and with EBUSY where the cgroup has handed controllers down (see
 * `besideProcess`).
 */
export function birthPlace(sys: Sys, record: CgroupRecord): Fd | undefined {
  const unified = unifiedOf(record)
  return unified && sys(openat('cwd', unified.path, ['PATH', 'DIRECTORY']))
}

/**
 * Makes a process that is born into a cgroup. Throws what `make` throws, and a Failure that names the cgroup which can take
 * no more processes, where it is that (a limit of 0 leaves no room for the first one).
 */
export function bearInto<T>(sys: Sys, record: CgroupRecord, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const full = failedWith(error, 'EAGAIN') ? fullOne(sys, unifiedOf(record)) : undefined
    if (full === undefined) throw error
    throw new Failure(
      `the cgroup "${full.path}" has a limit of ${full.max} processes (pids.max) and holds ${full.current}`,
      'linux.resources.pids.limit sets it: a container needs 1, and -1 is no limit',
    )
  }
}

/** The cgroup, or one above it, that is full (cgroups of version 2 alone ask when a process is made). */
function fullOne(sys: Sys, unified: Hierarchy | undefined): { path: string; max: string; current: string } | undefined {
  const { mount = '', path: own = '' } = unified ?? {}
  for (let path = own; path.length > mount.length; path = path.slice(0, path.lastIndexOf('/'))) {
    const max = readValueIfThere(sys, `${path}/pids.max`) ?? 'max'
    const current = readValueIfThere(sys, `${path}/pids.current`) ?? '0'
    if (max !== 'max' && Number(current) >= Number(max)) return { path, max, current }
  }
  return undefined
}

/** The calls that a new process makes to enter, and the open files that they need until it has made them. */
export interface Entrance extends Disposable {
  readonly calls: readonly Call<void>[]
}

/** Opens the cgroups of version 1. The calls are for a process of one thread, before it makes any other. */
export function entrance(sys: Sys, record: CgroupRecord): Entrance {
  using opened = new DisposableStack()
  // Of its `tasks`, not `cgroup.procs`: the whole process and not its one thread would have to wait again. 0 is the writer.
  const calls = legacyOnes(record).map(({ path }) =>
    put(opened.use(sys(openat('cwd', `${path}/tasks`, ['WRONLY']))), '0'),
  )
  const files = opened.move()
  return { calls, [Symbol.dispose]: () => files.dispose() }
}

/** Moves a process into every hierarchy from outside. Takes its pid as bunc's pid namespace numbers it. */
export function enter(sys: Sys, { hierarchies }: CgroupRecord, pid: number): void {
  for (const { path } of hierarchies)
    doing(`move process ${pid} into the cgroup "${path}"`, () => writeValue(sys, `${path}/cgroup.procs`, String(pid)))
}

/**
 * The cgroup of version 2 that a process of the container is in. systemd as a container's first process moves itself
 * further down and hands controllers down; from then on nobody can enter the container's own cgroup.
 */
export function besideProcess(sys: Sys, record: CgroupRecord, pid: number): CgroupRecord {
  const inner = cleaned(parseOwn(readText(sys, `/proc/${pid}/cgroup`)).get('') ?? '/')
  const hierarchies = record.hierarchies.map((hierarchy) => {
    const path = `${hierarchy.mount}${inner}`
    return hierarchy.version === 2 && path.startsWith(`${hierarchy.path}/`) ? { ...hierarchy, path } : hierarchy
  })
  return { ...record, hierarchies }
}
