// `bunc delete`.

import { deleteContainer } from '#src/container/delete.ts'
import { named } from '../named.ts'
import type { Verb } from '../verb.ts'

/** Deletes containers. */
export const deleteVerb: Verb<'delete'> = (world, { options, operands }) => {
  for (const id of named(world, operands.container, options.regex))
    deleteContainer(world.kernel, { store: world.store, id, force: options.force, warn: world.warn })
  return 0
}
