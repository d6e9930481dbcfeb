// The processes of a container, by its cgroup: to list them, and to end them all.

import { type Sys, tolerating } from '#ffi/call.ts'
import { pidfdOpen } from '#ffi/calls/process.ts'
import { pidfdSendSignal } from '#ffi/calls/signal.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { Failure } from '#src/failure.ts'
import { entriesOf, readTextIfThere } from '#src/files.ts'
import { freeze, thaw } from './freezer.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from './record.ts'
import { wordsOf, writeValueIfThere } from './values.ts'

/** Gives the pids of a container's processes, those in cgroups below its own too; none when the cgroup is gone. */
export function processesIn(sys: Sys, record: CgroupRecord): readonly number[] {
  // Every process is in every hierarchy, so one of them tells all.
  const { path } = unifiedOf(record) ?? record.hierarchies[0] ?? {}
  return path === undefined ? [] : processesBelow(sys, path)
}

/** Gives the pids of the processes in a cgroup and all below it. */
export function processesBelow(sys: Sys, path: string): readonly number[] {
  const below = childrenOf(sys, path).flatMap((child) => processesBelow(sys, child))
  return [...new Set([...procsOf(sys, path), ...below])]
}

/** Gives the paths of the cgroups that are directly below one. */
export function childrenOf(sys: Sys, path: string): readonly string[] {
  return entriesOf(sys, path)
    .filter(({ type }) => type === 'directory')
    .map(({ name }) => `${path}/${name}`)
}

function procsOf(sys: Sys, path: string): readonly number[] {
  try {
    return pidsIn(sys, `${path}/cgroup.procs`)
  } catch (error) {
    // The cgroup was removed meanwhile.
    if (failedWith(error, 'ENODEV')) return []
    // A threaded cgroup names threads alone, among them the one that is named as its process is.
    if (failedWith(error, 'EOPNOTSUPP')) return pidsIn(sys, `${path}/cgroup.threads`).filter((tid) => leads(sys, tid))
    throw error
  }
}

function pidsIn(sys: Sys, file: string): readonly number[] {
  return wordsOf(readTextIfThere(sys, file) ?? '').map(Number)
}

function leads(sys: Sys, tid: number): boolean {
  return readTextIfThere(sys, `/proc/${tid}/status`)?.includes(`\nTgid:\t${tid}\n`) ?? false
}

/** Sends SIGKILL to every process of a container; those of a frozen one end too. Returns before they have ended. */
export function killAll(sys: Sys, record: CgroupRecord): void {
  doing('kill all processes of the container', () => {
    const killed = killAtOnce(sys, record)
    if (!killed && processesIn(sys, record).length === 0) return
    if (!killed) killEach(sys, record)
    // A process that is frozen in version 1 ends only when it is thawed.
    if (!killed || legacyOf(record, 'freezer') !== undefined) thaw(sys, record)
  })
}

/** cgroup.kill (5.14) misses no process, however fast they fork. Gives whether it could be used. */
function killAtOnce(sys: Sys, record: CgroupRecord): boolean {
  const unified = unifiedOf(record)
  if (unified === undefined) return false
  try {
    return writeValueIfThere(sys, `${unified.path}/cgroup.kill`, '1')
  } catch (error) {
    // A threaded cgroup cannot be killed at once.
    if (failedWith(error, 'EOPNOTSUPP')) return false
    throw error
  }
}

/** Frozen processes neither fork nor end, so none is missed, and a pid that was read still belongs to the same one. */
function killEach(sys: Sys, record: CgroupRecord): void {
  freezeIfPossible(sys, record)
  for (const pid of processesIn(sys, record)) {
    using pidfd = sys(tolerating(pidfdOpen(pid), 'ESRCH'))
    sys(tolerating(pidfdSendSignal(pidfd, SIGNAL.SIGKILL), 'ESRCH'))
  }
}

function freezeIfPossible(sys: Sys, record: CgroupRecord): void {
  try {
    freeze(sys, record)
  } catch (error) {
    // One that waits for a device is killed none the less.
    if (!(error instanceof Failure)) throw error
  }
}
