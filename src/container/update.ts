// Changes the limits of a container.

import { doing } from '#ffi/context.ts'
import type { Sys } from '#ffi/call.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { apply } from '#src/cgroups/apply.ts'
import { restrictDevices } from '#src/cgroups/device-access.ts'
import { processesIn } from '#src/cgroups/processes.ts'
import { changeResctrl, joinResctrl, makeResctrl, type ResctrlChange } from '#src/cgroups/resctrl.ts'
import { inform } from '#src/cgroups/systemd/adopt.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { Failure } from '#src/failure.ts'
import { saveState } from './state.ts'
import { statusOf } from './status.ts'
import { find, type Known, lock } from './store.ts'

/** Which container, and what to change. */
export interface UpdateOptions {
  readonly store: string
  readonly id: string
  readonly resources: LinuxResources
  /** Shares of cache and memory bandwidth; undefined: they stay. */
  readonly resctrl?: ResctrlChange | undefined
  /** Told what cannot be changed on this host. */
  readonly warn: (error: unknown) => void
}

/** Applies what `resources` names and leaves the rest alone. */
export function update({ here }: Kernel, { store, id, resources, resctrl, warn }: UpdateOptions): void {
  doing(`update container "${id}"`, () => {
    using held = lock(here, store, id)
    const known = find(here, store, id)
    if (statusOf(here, known) === 'stopped') throw new Failure('container not running')
    if (known.state.cgroup.driver === 'disabled') throw new Failure('the container has no cgroup')
    // First, as it sets what it is told a little later, and not to the last byte.
    inform(known.state.cgroup, resources)
    for (const warning of apply(here, known.state.cgroup, resources)) warn(new Failure(warning))
    if (resources.devices !== undefined) restrictDevices(here, known.state.cgroup, resources.devices, { inUse: true })
    if (resctrl !== undefined) share(here, known, resctrl)
    return held
  })
}

/** Changes the class of service of a container; one that has none gets one of its own, with all of its processes. */
function share(here: Sys, { state, directory }: Known, change: ResctrlChange): void {
  if (state.resctrl !== undefined) return changeResctrl(here, state.resctrl, change)
  using undo = new DisposableStack()
  const rdt = { ...change, closID: '', schemata: [], enableMonitoring: false }
  const resctrl = makeResctrl(here, rdt, state.id, undo)
  for (const pid of processesIn(here, state.cgroup)) joinResctrl(here, resctrl, pid)
  saveState(here, directory, { ...state, resctrl })
  undo.move()
}
