// `bunc run`.

import { ableKernel } from '#src/container/able-kernel.ts'
import { holdSignals } from '#src/container/signals.ts'
import { run } from '#src/container/run.ts'
import { listenIfAsked, withSocketIfAsked } from '../notify-socket.ts'
import { createOptions } from '../create-options.ts'
import type { Verb } from '../verb.ts'

/** Runs a container; in the foreground the exit code is that of its process. */
export const runVerb: Verb<'run'> = async (world, { options, operands, global }) => {
  // From the first moment: a signal to bunc is meant for the process, even if that is not there yet.
  if (!options.detach) holdSignals()
  const asked = createOptions(world, { options: { ...options }, global, id: operands.container })
  const given = await withSocketIfAsked(asked)
  const listen = await listenIfAsked(world)
  const ending = run(await ableKernel(world.kernel), { ...given, detach: options.detach, keep: options.keep, listen })
  return ending?.status ?? 0
}
