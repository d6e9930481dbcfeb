// The commands that nobody waits for a thousand times a day: one chunk of the executable, for each further chunk costs
// those that are waited for.

import { help } from './help.ts'
import type { Invoked, World } from './verb.ts'
import { checkpointVerb } from './verbs/checkpoint.ts'
import { doctorVerb } from './verbs/doctor.ts'
import { completionVerb, manVerb } from './verbs/documents.ts'
import { eventsVerb } from './verbs/events.ts'
import { explainVerb } from './verbs/explain.ts'
import { featuresVerb } from './verbs/features.ts'
import { installVerb } from './verbs/install.ts'
import { mountsVerb } from './verbs/mounts.ts'
import { restoreVerb } from './verbs/restore.ts'
import { selftestVerb } from './verbs/selftest.ts'
import { specVerb } from './verbs/spec.ts'
import { tryVerb } from './verbs/try.ts'
import { updateVerb } from './verbs/update.ts'
import { validateVerb } from './verbs/validate.ts'

/** Does what an invocation asks for, gives the exit code. */
export async function runRareVerb(world: World, invoked: Invoked): Promise<number> {
  switch (invoked.command) {
    case 'events':
      return eventsVerb(world, invoked)
    case 'update':
      return updateVerb(world, invoked)
    case 'checkpoint':
      return checkpointVerb(world, invoked)
    case 'restore':
      return restoreVerb(world, invoked)
    case 'mounts':
      return mountsVerb(world, invoked)
    case 'spec':
      return specVerb(world, invoked)
    case 'features':
      return featuresVerb(world, invoked)
    case 'doctor':
      return doctorVerb(world, invoked)
    case 'explain':
      return explainVerb(world, invoked)
    case 'install':
      return installVerb(world, invoked)
    case 'selftest':
      return selftestVerb(world, invoked)
    case 'snapshot':
      return (await import('./verbs/snapshot.ts')).snapshotVerb(world, invoked)
    case 'validate':
      return validateVerb(world, invoked)
    case 'try':
      return tryVerb(world, invoked)
    case 'completion':
      return completionVerb(world, invoked)
    case 'man':
      return manVerb(world, invoked)
    case 'help':
      world.print(help(invoked.topic))
      return 0
    default:
      throw new RangeError(`No verb for "${invoked.command}"`)
  }
}
