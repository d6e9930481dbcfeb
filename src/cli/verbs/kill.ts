// `bunc kill`.

import { kill } from '#src/container/kill.ts'
import type { Verb } from '../verb.ts'
import { forEach, named } from '../named.ts'

/** Sends a signal. */
export const killVerb: Verb<'kill'> = (world, { options, operands }) => {
  forEach(named(world, operands.container, options.regex), (id) =>
    kill(world.kernel, { store: world.store, id, signal: String(operands.signal), all: options.all }),
  )
  return 0
}
