// `bunc delete`.

import { deleteContainer } from '#src/container/delete.ts'
import { forEach, named } from '../named.ts'
import { savedConfigFor } from '../saved-config.ts'
import type { Verb } from '../verb.ts'

/** Deletes containers. */
export const deleteVerb: Verb<'delete'> = async (world, { options, operands }) => {
  const ids = named(world, operands.container, options.regex)
  const savedConfig = await savedConfigFor(world, ids)
  const { kernel, store, warn } = world
  forEach(ids, (id) => deleteContainer(kernel, { store, id, force: options.force, warn, savedConfig }))
  return 0
}
