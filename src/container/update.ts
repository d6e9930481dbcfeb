// Changes the limits of a container.

import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { apply } from '#src/cgroups/apply.ts'
import { restrictDevices } from '#src/cgroups/device-access.ts'
import { inform } from '#src/cgroups/systemd/adopt.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { Failure } from '#src/failure.ts'
import { statusOf } from './status.ts'
import { find, lock } from './store.ts'

/** Which container, and what to change. */
export interface UpdateOptions {
  readonly store: string
  readonly id: string
  readonly resources: LinuxResources
  /** Told what cannot be changed on this host. */
  readonly warn: (error: unknown) => void
}

/** Applies what `resources` names and leaves the rest alone. */
export function update({ here }: Kernel, { store, id, resources, warn }: UpdateOptions): void {
  doing(`update container "${id}"`, () => {
    const known = find(here, store, id)
    using held = lock(here, known.directory)
    if (statusOf(here, known) === 'stopped') throw new Failure('container not running')
    if (known.state.cgroup.driver === 'disabled') throw new Failure('the container has no cgroup')
    // First, as it sets what it is told a little later, and not to the last byte.
    inform(known.state.cgroup, resources)
    for (const warning of apply(here, known.state.cgroup, resources)) warn(new Failure(warning))
    if (resources.devices !== undefined) restrictDevices(here, known.state.cgroup, resources.devices, { inUse: true })
    return held
  })
}
