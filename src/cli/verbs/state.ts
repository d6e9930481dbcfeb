// `bunc state`.

import { report } from '#src/container/state-report.ts'
import { find } from '#src/container/store.ts'
import type { Verb } from '../verb.ts'

/** Prints the state of a container as JSON, laid out as runc does. */
export const stateVerb: Verb<'state'> = ({ kernel, store, print }, { operands }) => {
  print(JSON.stringify(report(kernel.here, find(kernel.here, store, operands.container)), null, 2))
  return 0
}
