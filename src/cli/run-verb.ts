// Which verb does which command. The hot ones are part of the program; the others are read when they are asked for, so
// that they cost nothing to who does not.

import { createVerb } from './verbs/create.ts'
import { deleteVerb } from './verbs/delete.ts'
import { execVerb } from './verbs/exec.ts'
import { killVerb } from './verbs/kill.ts'
import { runVerb } from './verbs/run.ts'
import { startVerb } from './verbs/start.ts'
import { stateVerb } from './verbs/state.ts'
import type { Invoked, World } from './verb.ts'

/** Does what an invocation asks for, gives the exit code. */
export function runVerbOf(world: World, invoked: Invoked): number | Promise<number> {
  switch (invoked.command) {
    case 'create':
      return createVerb(world, invoked)
    case 'start':
      return startVerb(world, invoked)
    case 'run':
      return runVerb(world, invoked)
    case 'exec':
      return execVerb(world, invoked)
    case 'kill':
      return killVerb(world, invoked)
    case 'delete':
      return deleteVerb(world, invoked)
    case 'state':
      return stateVerb(world, invoked)
    default:
      return rareVerb(world, invoked)
  }
}

async function rareVerb(world: World, invoked: Invoked): Promise<number> {
  const { runRareVerb } = await import('./rare-verbs.ts')
  return runRareVerb(world, invoked)
}
