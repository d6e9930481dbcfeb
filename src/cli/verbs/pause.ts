// `bunc pause` and `bunc resume`.

import { pause, resume } from '#src/container/pause.ts'
import type { Verb } from '../verb.ts'

/** Freezes a container. */
export const pauseVerb: Verb<'pause'> = ({ kernel, store }, { operands }) => {
  pause(kernel, store, operands.container)
  return 0
}

/** Thaws a container. */
export const resumeVerb: Verb<'resume'> = ({ kernel, store }, { operands }) => {
  resume(kernel, store, operands.container)
  return 0
}
