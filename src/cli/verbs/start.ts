// `bunc start`.

import { start } from '#src/container/start.ts'
import type { Verb } from '../verb.ts'

/** Starts a created container. */
export const startVerb: Verb<'start'> = (world, { operands }) => {
  start(world.kernel, world.store, operands.container)
  return 0
}
