// `bunc events`.

import { type Event, follow, stats } from '#src/events/events.ts'
import { jsonText } from '#src/events/json-text.ts'
import type { Verb } from '../verb.ts'

/** Prints what is told of a container as JSON, one line each. */
export const eventsVerb: Verb<'events'> = ({ kernel, store, print }, { options, operands }) => {
  const tell = (event: Event) => print(`${jsonText(event)}\n`)
  const asked = { store, id: operands.container, tell }
  if (options.stats) stats(kernel, asked)
  else follow(kernel, options.interval, asked)
  return 0
}
