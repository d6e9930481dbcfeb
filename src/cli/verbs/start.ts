// `bunc start`.

import { start } from '#src/container/start.ts'
import { listenIfAsked } from '../notify-socket.ts'
import { savedConfigFor } from '../saved-config.ts'
import type { Verb } from '../verb.ts'

/** Starts a created container. */
export const startVerb: Verb<'start'> = async (world, { operands }) => {
  const id = operands.container
  const listen = await listenIfAsked(world)
  start(world.kernel, { store: world.store, id, savedConfig: await savedConfigFor(world, [id]), listen })
  return 0
}
