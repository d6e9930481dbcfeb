// `bunc update`.

import { readResources } from '#src/config/config.ts'
import { update, type UpdateOptions } from '#src/container/update.ts'
import { Failure } from '#src/failure.ts'
import { givenText } from '../given-text.ts'
import type { Of, Verb, World } from '../verb.ts'

/** Changes the limits of a container. */
export const updateVerb: Verb<'update'> = (world, { options, operands }) => {
  const { resources: file } = options
  if (file === undefined) checkFlags(world, options)
  const text = file === undefined ? jsonOf(options) : givenText(world, file)
  update(world.kernel, {
    store: world.store,
    id: operands.container,
    resources: readResources(text),
    resctrl: file === undefined ? sharesOf(options) : undefined,
    warn: world.warn,
  })
  return 0
}

/** Says of each flag that changes nothing that it does. */
function checkFlags({ warn }: World, options: Of<'update'>['options']): void {
  const { kernelMemory, kernelMemoryTcp } = options
  if (kernelMemory !== undefined) warn(new Failure('--kernel-memory is ignored: the kernel has dropped this limit'))
  if (kernelMemoryTcp !== undefined) warn(new Failure('--kernel-memory-tcp is ignored: only cgroup v1 had this limit'))
}

/** Shares of cache and memory bandwidth, which are no cgroup's. */
function sharesOf({ l3CacheSchema, memBwSchema }: Of<'update'>['options']): UpdateOptions['resctrl'] {
  if (l3CacheSchema === undefined && memBwSchema === undefined) return undefined
  return { l3CacheSchema: l3CacheSchema ?? '', memBwSchema: memBwSchema ?? '' }
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
