// Takes a container away: its processes, its cgroup, its state. Everything is found by what was saved, so it makes no
// difference who has made the container or whether its making was ever finished.

import type { Sys } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { killAll, processesBelow } from '#src/cgroups/processes.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'
import { removeResctrl } from '#src/cgroups/resctrl.ts'
import { Failure } from '#src/failure.ts'
import { entriesOf, removeTree } from '#src/files.ts'
import { killProcesses } from './kill.ts'
import { hooksOutside } from './lifecycle-hooks.ts'
import type { SavedConfig } from './saved-config.ts'
import { FIFO, loadCgroup, STATE_FILE } from './state.ts'
import { openProcess, statusOf } from './status.ts'
import { directoryOf, find, type Known, lock, lockIfThere } from './store.ts'

/** Which container; `force` ends its processes, and does not mind when there is no container. */
export interface DeleteOptions {
  readonly store: string
  readonly id: string
  readonly force: boolean
  /** Told what went wrong without keeping the container: failed poststop hooks. */
  readonly warn: (error: unknown) => void
  /** Reads the config that the container was made from, if it has hooks. */
  readonly savedConfig: SavedConfig
}

const PATIENCE_MS = 10_000

/** Deletes a container that has stopped, or with `force` any. */
export function deleteContainer(kernel: Kernel, options: DeleteOptions): void {
  const { store, id, force } = options
  doing(`delete container "${id}"`, () => {
    using held = force ? lockIfThere(kernel.here, store, id) : lock(kernel.here, store, id)
    if (held === undefined) return
    const known = force ? findOrDestroy(kernel.here, store, id) : find(kernel.here, store, id)
    if (known === undefined) return
    // With force it matters only whether its process is there.
    const status = force ? undefined : statusOf(kernel.here, known)
    if (status !== 'stopped' && status !== 'created' && status !== undefined)
      throw new Failure(`container is not stopped: it is ${status}`, 'kill it first, or use --force')
    using pidfd = status === 'stopped' ? undefined : openProcess(kernel.here, known.state)
    if (pidfd !== undefined || status === 'created') end(kernel, known, pidfd)
    destroy(kernel, known, options)
  })
}

/** Finds a container. One without a state is removed at once, and nothing is given. */
function findOrDestroy(here: Sys, store: string, id: string): Known | undefined {
  try {
    return find(here, store, id)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    destroyRests(here, directoryOf(store, id))
    return undefined
  }
}

/** Removes a container whose making was interrupted, or whose state is damaged. */
function destroyRests(here: Sys, directory: string): void {
  const cgroup = loadCgroup(here, directory)
  // Before there was a fifo or a state, the cgroup was perhaps found to be another's: then nothing in it is ours.
  const own = entriesOf(here, directory).some(({ name }) => name === FIFO || name === STATE_FILE)
  if (cgroup !== undefined && own) killAll(here, cgroup)
  if (cgroup !== undefined && (own || isIdle(here, cgroup))) remove(here, cgroup)
  removeTree(here, directory)
}

/** Whether bunc itself is to make the cgroup, and nobody is in it. */
function isIdle(here: Sys, cgroup: CgroupRecord): boolean {
  return cgroup.unit === undefined && cgroup.hierarchies.every(({ path }) => processesBelow(here, path).length === 0)
}

/** Kills the container and waits for its end. */
function end({ here }: Kernel, { state }: Known, pidfd: Fd | undefined): void {
  killProcesses(here, state.cgroup, pidfd)
  if (pidfd === undefined) return
  const [ended] = here(poll([{ fd: pidfd, for: ['IN'] }], PATIENCE_MS))
  if (!ended) throw new Failure('its first process has not ended after SIGKILL')
}

/** Removes what is left of a container that has stopped: what `create` has made, in the opposite order. */
export function destroy(kernel: Kernel, known: Known, how: Pick<DeleteOptions, 'warn' | 'savedConfig'>): void {
  const { here } = kernel
  const { directory, state } = known
  remove(here, state.cgroup)
  if (state.resctrl !== undefined) removeResctrl(here, state.resctrl)
  try {
    if (state.hooks.includes('poststop'))
      hooksOutside(kernel, 'poststop', how.savedConfig(here, directory).hooks, { state, status: 'stopped', pid: 0 })
  } catch (error) {
    // The specification: log a warning, go on.
    how.warn(error)
  }
  removeTree(here, directory)
}
