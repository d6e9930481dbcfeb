// `bunc update`.

import { readResources } from '#src/config/config.ts'
import { update } from '#src/container/update.ts'
import { givenText } from '../given-text.ts'
import type { Of, Verb } from '../verb.ts'

/** Changes the limits of a container. */
export const updateVerb: Verb<'update'> = (world, { options, operands }) => {
  const { resources: file } = options
  const text = file === undefined ? jsonOf(options) : givenText(world, file)
  update(world.kernel, {
    store: world.store,
    id: operands.container,
    resources: readResources(text),
    warn: world.warn,
  })
  return 0
}

/** What the flags say, as JSON of the specification's `resources` object: read and checked like that of a file. */
function jsonOf(options: Of<'update'>['options']): string {
  const { memory, memoryReservation, memorySwap, pidsLimit, blkioWeight } = options
  return JSON.stringify({
    // Absent values leave no key behind, and so nothing to change.
    memory: { limit: memory, reservation: memoryReservation, swap: memorySwap },
    cpu: {
      quota: options.cpuQuota,
      period: options.cpuPeriod,
      burst: options.cpuBurst,
      shares: options.cpuShare,
      idle: options.cpuIdle,
      realtimePeriod: options.cpuRtPeriod,
      realtimeRuntime: options.cpuRtRuntime,
      cpus: options.cpusetCpus,
      mems: options.cpusetMems,
    },
    pids: { limit: pidsLimit },
    blockIO: { weight: blkioWeight },
  })
}
