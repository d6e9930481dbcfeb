// The processes of a container.

import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { processesIn } from '#src/cgroups/processes.ts'
import { find } from './store.ts'

/** Gives the pids of all processes of a container, as bunc's pid namespace numbers them, in ascending order. */
export function processes({ here }: Kernel, store: string, id: string): number[] {
  return doing(`list the processes of container "${id}"`, () =>
    processesIn(here, find(here, store, id).state.cgroup).toSorted((a, b) => a - b),
  )
}
