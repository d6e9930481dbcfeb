// `bunc create`.

import { ableKernel } from '#src/container/able-kernel.ts'
import { create } from '#src/container/create.ts'
import { checkConsole } from '#src/container/run.ts'
import { withSocketIfAsked } from '../notify-socket.ts'
import { createOptions } from '../create-options.ts'
import type { Verb } from '../verb.ts'

/** Makes a container. */
export const createVerb: Verb<'create'> = async (world, { options, operands, global }) => {
  const given = await withSocketIfAsked(createOptions(world, { options, global, id: operands.container }))
  checkConsole({ ...given, detach: true })
  create(await ableKernel(world.kernel), given).child.pidfd[Symbol.dispose]()
  return 0
}
