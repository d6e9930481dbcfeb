// Whether an executable has a snapshot, and where in the file the request area is that wakes it.

import { REQUEST } from '#ffi/executor/layout.ts'
import { snapshotCode } from '#ffi/snapshot/code.ts'
import { segmentIn } from '#src/snapshot/image.ts'

/** Takes an executable, gives the offset of its request area; undefined where it has no snapshot. */
export function requestIn(image: Buffer): number | undefined {
  const segment = segmentIn(image)
  if (segment === undefined) return undefined
  const request = segment + snapshotCode().offsetOf('request')
  return image.readUInt32LE(request + REQUEST.count) === 0 ? undefined : request
}
