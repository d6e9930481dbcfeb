// `bunc snapshot`.

import { readlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { holdSignals } from '#src/container/signals.ts'
import { Failure } from '#src/failure.ts'
import { takeSnapshot } from '#src/snapshot/take.ts'
import { absolute } from '../paths.ts'
import type { Verb } from '../verb.ts'

/** Writes an executable with a snapshot, over this one unless another file is named. */
export const snapshotVerb: Verb<'snapshot'> = (world, { options }) => {
  const { kernel, print, warn } = world
  // The process that is to sleep ends with this one's work, and the file beside goes.
  holdSignals()
  const own = () => kernel.here(readlinkat('cwd', '/proc/self/exe')).replace(/ \(deleted\)$/, '')
  const path = options.output === undefined ? own() : absolute(world, options.output)
  const { size, complaint } = doing(`take a snapshot for "${path}"`, () => takeSnapshot(kernel, path))
  print(`${path}: ${(size / 1e6).toFixed(1)} MB with its snapshot\n`)
  if (complaint !== undefined) warn(new Failure(`Not all commands could be practised: ${complaint}`))
  return 0
}
