// linux.resources.blockIO (config-linux.md#block-io): weights, which a scheduler has to support, and limits of throughput.

import type { LinuxBlockIO, LinuxThrottleDevice, LinuxWeightDevice } from '#src/config/schema/resources.ts'
import { type Family, ignored, row, type Setting, unlessZero } from './row.ts'

const NO_LEAVES = ignored('leaf weights went with the CFQ scheduler (Linux 5.0)')

export const BLOCK_IO: Family = {
  controller: ['blkio', 'io'],
  rows: [
    row(
      'blockIO.weight',
      ({ blockIO }) => unlessZero(blockIO?.weight),
      // Without BFQ, version 1 has no weights: those of CFQ went with it.
      (weight) => [{ file: 'blkio.bfq.weight', value: String(weight) }],
      (weight) => unifiedWeight('', weight),
    ),
    row(
      'blockIO.weightDevice',
      ({ blockIO }) => blockIO?.weightDevice,
      (devices) =>
        weights(devices, (device, weight) => [{ file: 'blkio.bfq.weight_device', value: `${device}${weight}` }]),
      (devices) => weights(devices, unifiedWeight),
    ),
    row('blockIO.leafWeight', ({ blockIO }) => unlessZero(blockIO?.leafWeight), NO_LEAVES),
    row('blockIO.weightDevice.leafWeight', leafWeights, NO_LEAVES),
    row('blockIO.throttle', ({ blockIO }) => blockIO, legacyThrottle, unifiedThrottle),
  ],
}

/** Takes a weight of BFQ (10 to 1000), gives that of io.weight (1 to 10000), on a straight line. */
export function ioWeight(weight: number): number {
  return Math.max(1, Math.floor(1 + ((weight - 10) * 9999) / 990))
}

/** BFQ has a file of its own, which is there when the scheduler is; otherwise io.cost has io.weight. */
function unifiedWeight(device: string, weight: number): readonly Setting[] {
  const otherwise = [{ file: 'io.weight', value: `${device}${ioWeight(weight)}` }]
  return [{ file: 'io.bfq.weight', value: `${device}${weight}`, otherwise }]
}

function weights(
  devices: readonly LinuxWeightDevice[],
  write: (device: string, weight: number) => readonly Setting[],
): readonly Setting[] {
  return devices.flatMap(({ major, minor, weight }) =>
    weight === undefined || weight === 0 ? [] : write(`${major}:${minor} `, weight),
  )
}

function leafWeights({ blockIO }: { readonly blockIO?: LinuxBlockIO }): true | undefined {
  const some = blockIO?.weightDevice?.some(({ leafWeight }) => unlessZero(leafWeight) !== undefined)
  return some === true || undefined
}

/** Each list with its file in version 1 and its key in io.max. */
const THROTTLES = [
  ['throttleReadBpsDevice', 'blkio.throttle.read_bps_device', 'rbps'],
  ['throttleWriteBpsDevice', 'blkio.throttle.write_bps_device', 'wbps'],
  ['throttleReadIOPSDevice', 'blkio.throttle.read_iops_device', 'riops'],
  ['throttleWriteIOPSDevice', 'blkio.throttle.write_iops_device', 'wiops'],
] as const satisfies readonly (readonly [keyof LinuxBlockIO, string, string])[]

function legacyThrottle(blockIO: LinuxBlockIO): readonly Setting[] {
  return THROTTLES.flatMap(([list, file]) =>
    (blockIO[list] ?? []).map(({ major, minor, rate }) => ({ file, value: `${major}:${minor} ${rate}` })),
  )
}

/** All limits of one device are one line of io.max. A rate of 0 takes the limit away, as version 1 does. */
function unifiedThrottle(blockIO: LinuxBlockIO): readonly Setting[] {
  const lines = new Map<string, string[]>()
  for (const [list, , key] of THROTTLES)
    for (const { major, minor, rate } of blockIO[list] ?? [])
      lines.set(`${major}:${minor}`, [...(lines.get(`${major}:${minor}`) ?? []), `${key}=${limitOf(rate)}`])
  return [...lines].map(([device, limits]) => ({ file: 'io.max', value: [device, ...limits].join(' ') }))
}

function limitOf(rate: LinuxThrottleDevice['rate']): string {
  return rate === 0n ? 'max' : String(rate)
}
