// `bunc update`.

import { readResources } from '#src/config/config.ts'
import { update } from '#src/container/update.ts'
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
    warn: world.warn,
  })
  return 0
}

/** Says of each flag that changes nothing that it does. */
function checkFlags({ warn }: World, options: Of<'update'>['options']): void {
  const { l3CacheSchema, memBwSchema, kernelMemory, kernelMemoryTcp } = options
  if ((l3CacheSchema ?? memBwSchema) !== undefined)
    throw new Failure(
      `Cannot set ${l3CacheSchema === undefined ? '--mem-bw-schema' : '--l3-cache-schema'}: it is not supported yet`,
    )
  if (kernelMemory !== undefined) warn(new Failure('--kernel-memory is ignored: the kernel has dropped this limit'))
  if (kernelMemoryTcp !== undefined) warn(new Failure('--kernel-memory-tcp is ignored: only cgroup v1 had this limit'))
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
