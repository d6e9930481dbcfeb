// Which verb does which command. What makes a process needs the reader of configs, the larger half of the program: it is
// brought in when it is asked for, so that it costs nothing to `state`, `start`, `kill` and `delete`. So are rare commands.

import { NotExecuted } from '#src/failure.ts'
import { deleteVerb } from './verbs/delete.ts'
import { killVerb } from './verbs/kill.ts'
import { startVerb } from './verbs/start.ts'
import { stateVerb } from './verbs/state.ts'
import type { Invoked, World } from './verb.ts'
import { versionText } from './version.ts'

/** Commands that are done where they are loaded already: see src/practice.ts. All others are in the part of rare ones. */
const HOT: readonly string[] = [
  ...['create', 'run', 'exec', 'start', 'kill', 'delete', 'state', 'list', 'ps', 'pause', 'resume', 'version'],
]

/** Whether a command is one of those that a snapshot is made for. */
export function isHot({ command }: Invoked): boolean {
  return HOT.includes(command)
}

/** Does what an invocation asks for, gives the exit code. */
export async function runVerbOf(world: World, invoked: Invoked): Promise<number> {
  try {
    return await verbOf(world, invoked)
  } catch (error) {
    if (!(error instanceof NotExecuted)) throw error
    throw (await import('./unexecuted.ts')).explained(world, invoked, error)
  }
}

async function verbOf(world: World, invoked: Invoked): Promise<number> {
  switch (invoked.command) {
    case 'create':
      return (await import('./process-verbs.ts')).createVerb(world, invoked)
    case 'run':
      return (await import('./process-verbs.ts')).runVerb(world, invoked)
    case 'exec':
      return (await import('./process-verbs.ts')).execVerb(world, invoked)
    case 'start':
      return startVerb(world, invoked)
    case 'kill':
      return killVerb(world, invoked)
    case 'delete':
      return deleteVerb(world, invoked)
    case 'state':
      return stateVerb(world, invoked)
    case 'list':
    case 'ps':
    case 'pause':
    case 'resume':
      return (await import('./steering-verbs.ts')).runSteeringVerb(world, invoked)
    case 'version':
      world.print(versionText())
      return 0
    default:
      return (await import('./rare-verbs.ts')).runRareVerb(world, invoked)
  }
}
