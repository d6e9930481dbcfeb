// `bunc state`.

import { report } from '#src/container/state-report.ts'
import { find } from '#src/container/store.ts'
import { isAscii } from '#src/output.ts'
import type { Verb } from '../verb.ts'

/** Prints the state of a container as JSON, laid out as runc does. */
export const stateVerb: Verb<'state'> = async ({ kernel: { here }, store, print }, { operands }) => {
  const text = JSON.stringify(report(here, find(here, store, operands.container)), null, 2)
  // Annotations are anybody's, and in ASCII JSON has nothing that a terminal obeys.
  print(isAscii(text) ? text : (await import('../terminal.ts')).shownJson(here, text))
  return 0
}
