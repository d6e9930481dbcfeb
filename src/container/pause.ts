// Stops all processes of a container where they are, and lets them go on.

import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { freeze, thaw } from '#src/cgroups/freezer.ts'
import { Failure } from '#src/failure.ts'
import { statusOf } from './status.ts'
import { find, lock } from './store.ts'

/** Freezes a container. Throws a Failure unless it is created or running. */
export function pause({ here }: Kernel, store: string, id: string): void {
  doing(`pause container "${id}"`, () => {
    using held = lock(here, store, id)
    const known = find(here, store, id)
    const status = statusOf(here, known)
    if (status !== 'running' && status !== 'created') throw new Failure(`container not running: it is ${status}`)
    freeze(here, known.state.cgroup)
    return held
  })
}

/** Thaws a container. Throws a Failure unless it is paused. */
export function resume({ here }: Kernel, store: string, id: string): void {
  doing(`resume container "${id}"`, () => {
    using held = lock(here, store, id)
    const known = find(here, store, id)
    const status = statusOf(here, known)
    if (status !== 'paused') throw new Failure(`container not paused: it is ${status}`)
    thaw(here, known.state.cgroup)
    return held
  })
}
