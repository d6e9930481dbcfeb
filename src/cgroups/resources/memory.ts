// linux.resources.memory (config-linux.md#memory). The specification counts `swap` as memory and swap together, as version
// 1 does; version 2 counts swap alone.

import type { LinuxMemory, LinuxResources } from '#src/config/schema/resources.ts'
import { Failure } from '#src/failure.ts'
import { type Family, ignored, into, orMax, type Reader, row, type Setting, unlessZero } from './row.ts'

const NO_ACCOUNT = 'the kernel does not count kernel memory apart any more'

export const MEMORY: Family = {
  controller: ['memory', 'memory'],
  rows: [
    row('memory.limit', ({ memory }) => unlessZero(memory?.limit), legacyLimit, unifiedLimit),
    row(
      'memory.swap',
      swapOf,
      (swap) => [{ file: 'memory.memsw.limit_in_bytes', value: String(swap), ...unlessNone(swap) }],
      (swap, { memory = {} }) => [
        { file: 'memory.swap.max', value: (read) => swapAlone(swap, memory, read), ...unlessNone(swap, memory.limit) },
      ],
    ),
    row(
      'memory.reservation',
      ({ memory }) => unlessZero(memory?.reservation),
      into('memory.soft_limit_in_bytes'),
      into('memory.low', orMax),
    ),
    row(
      'memory.swappiness',
      ({ memory }) => memory?.swappiness,
      into('memory.swappiness'),
      ignored('cgroup v2 has one swappiness for the whole host (vm.swappiness)'),
    ),
    row(
      'memory.disableOOMKiller',
      ({ memory }) => memory?.disableOOMKiller || undefined,
      into('memory.oom_control', () => '1'),
      ignored('cgroup v2 cannot switch the OOM killer off'),
    ),
    row(
      'memory.useHierarchy',
      ({ memory }) => (memory?.useHierarchy === false ? true : undefined),
      ignored('memory is always counted for the cgroups above, too (Linux 5.11)'),
    ),
    row('memory.kernel', ({ memory }) => unlessZero(memory?.kernel), ignored(NO_ACCOUNT)),
    row('memory.kernelTCP', ({ memory }) => unlessZero(memory?.kernelTCP), ignored(NO_ACCOUNT)),
  ],
}

function legacyLimit(limit: bigint): readonly Setting[] {
  return [{ file: 'memory.limit_in_bytes', value: String(limit), meaning: meaningOfLimit }]
}

/** Version 1 lets no limit fall below what is in use, and none rise above that of memory and swap together. */
function meaningOfLimit(errno: string, read: Reader<undefined>): string | undefined {
  if (errno === 'EBUSY')
    return `${read('memory.usage_in_bytes')} bytes are in use, and the kernel cannot get enough of them back`
  const both = read('memory.memsw.limit_in_bytes')
  if (errno !== 'EINVAL' || both === undefined) return undefined
  return `it is above the limit of memory and swap together, ${both} bytes, which memory.swap sets`
}

/** Version 2 takes any limit, and kills until it is kept, unless somebody looks first. */
function unifiedLimit(limit: bigint, { memory }: LinuxResources): readonly Setting[] {
  const checked = (read: Reader) => {
    const current = read('memory.current')
    if (limit >= 0n && BigInt(current) > limit)
      throw new Failure(`${current} bytes are in use, and linux.resources.memory.checkBeforeUpdate is set`)
    return orMax(limit)
  }
  return [{ file: 'memory.max', value: memory?.checkBeforeUpdate === true ? checked : orMax(limit) }]
}

/** Memory without limit means swap without limit, unless swap is named. */
function swapOf({ memory: { limit, swap } = {} }: LinuxResources): bigint | undefined {
  return unlessZero(swap) ?? (limit === -1n ? -1n : undefined)
}

/** Takes memory and swap together, gives swap alone; what is not named is as it was. */
function swapAlone(both: bigint, { limit }: LinuxMemory, read: Reader): string {
  if (both < 0n) return 'max'
  const memory = unlessZero(limit) ?? numberIn(read('memory.max'))
  // There is no limit that it could contain.
  if (memory < 0n) return String(both)
  if (both < memory) throw new Failure(`${both} counts memory as well and is below the memory limit ${memory}`)
  return String(both - memory)
}

function numberIn(text: string): bigint {
  return text === 'max' ? -1n : BigInt(text)
}

/** No limit, and no swap, are what a kernel without swap has anyway (CONFIG_SWAP, or cgroup.memory=noswap). */
function unlessNone(swap: bigint, limit?: bigint): Pick<Setting, 'otherwise'> {
  return swap < 0n || swap === limit ? { otherwise: [] } : {}
}
