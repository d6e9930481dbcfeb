// `bunc restore`.

import { restore } from '#src/checkpoint/restore.ts'
import { holdSignals } from '#src/container/signals.ts'
import { createOptions } from '../create-options.ts'
import { criuSettings } from '../criu-settings.ts'
import type { Verb } from '../verb.ts'

/** Restores a container; in the foreground the exit code is that of its process. */
export const restoreVerb: Verb<'restore'> = (world, { options, operands, global }) => {
  // From the first moment: a signal to bunc is meant for the process, even if that is not there yet.
  if (!options.detach) holdSignals()
  const { bundle, consoleSocket, pidFile, noPivot, noSubreaper } = options
  const asked = { bundle, consoleSocket, pidFile, noPivot, noSubreaper }
  // What `create` has besides is in the image.
  const none = { config: undefined, pidfdSocket: undefined, noNewKeyring: true, preserveFds: 0 }
  const given = createOptions(world, { options: { ...asked, ...none }, global, id: operands.container })
  const ending = restore(world.kernel, {
    ...given,
    detach: options.detach,
    settings: criuSettings(world, options),
    tcpClose: options.tcpClose,
    lsmProfile: options.lsmProfile,
    lsmMountContext: options.lsmMountContext,
  })
  return ending?.status ?? 0
}
