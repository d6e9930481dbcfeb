// The commands that nobody waits for a thousand times a day.

import type { Invoked, World } from './verb.ts'

/** Does what an invocation asks for, gives the exit code. */
export async function runRareVerb(world: World, invoked: Invoked): Promise<number> {
  switch (invoked.command) {
    case 'list':
      return (await import('./verbs/list.ts')).listVerb(world, invoked)
    case 'ps':
      return (await import('./verbs/ps.ts')).psVerb(world, invoked)
    case 'pause':
      return (await import('./verbs/pause.ts')).pauseVerb(world, invoked)
    case 'resume':
      return (await import('./verbs/pause.ts')).resumeVerb(world, invoked)
    case 'update':
      return (await import('./verbs/update.ts')).updateVerb(world, invoked)
    case 'spec':
      return (await import('./verbs/spec.ts')).specVerb(world, invoked)
    case 'features':
      return (await import('./verbs/features.ts')).featuresVerb(world, invoked)
    case 'explain':
      return (await import('./verbs/explain.ts')).explainVerb(world, invoked)
    case 'try':
      return (await import('./verbs/try.ts')).tryVerb(world, invoked)
    case 'help':
      world.print((await import('./help.ts')).help(invoked.topic))
      return 0
    case 'version':
      world.print((await import('./version.ts')).versionText())
      return 0
    default:
      throw new RangeError(`No verb for "${invoked.command}"`)
  }
}
