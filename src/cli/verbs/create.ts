// `bunc create`.

import { create } from '#src/container/create.ts'
import { checkConsole } from '#src/container/run.ts'
import { createOptions } from '../create-options.ts'
import type { Verb } from '../verb.ts'

/** Makes a container. */
export const createVerb: Verb<'create'> = (world, { options, operands, global }) => {
  const given = createOptions(world, { options, global, id: operands.container })
  checkConsole({ ...given, detach: true })
  create(world.kernel, given).child.pidfd[Symbol.dispose]()
  return 0
}
