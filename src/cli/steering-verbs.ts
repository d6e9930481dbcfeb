// The commands that look at containers and stop them for a while: a chunk of their own, for they need next to nothing of the
// rare ones, which are half of the program.

import type { Invoked, World } from './verb.ts'
import { listVerb } from './verbs/list.ts'
import { pauseVerb, resumeVerb } from './verbs/pause.ts'
import { psVerb } from './verbs/ps.ts'

/** What is among them. */
type Steering = Extract<Invoked, { readonly command: 'list' | 'ps' | 'pause' | 'resume' }>

/** Does what an invocation asks for, gives the exit code. */
export async function runSteeringVerb(world: World, invoked: Steering): Promise<number> {
  switch (invoked.command) {
    case 'list':
      return listVerb(world, invoked)
    case 'ps':
      return psVerb(world, invoked)
    case 'pause':
      return pauseVerb(world, invoked)
    case 'resume':
      return resumeVerb(world, invoked)
  }
}
