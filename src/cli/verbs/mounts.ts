// `bunc mounts`.

import { readMounts } from '#src/config/mounts-file.ts'
import { changeMounts } from '#src/container/mounts.ts'
import { givenText } from '../given-text.ts'
import type { Verb } from '../verb.ts'

/** Adds mounts to a container, or removes them. */
export const mountsVerb: Verb<'mounts'> = (world, { operands }) => {
  const { action, container, file } = operands
  changeMounts(world.kernel, { store: world.store, id: container, action, mounts: readMounts(givenText(world, file)) })
  return 0
}
