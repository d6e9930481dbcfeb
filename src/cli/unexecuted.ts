// Finds out where a program was to be executed that could not be, and has its file looked at. Brought in when that has
// happened, and never before.

import { readConfig } from '#src/config/config.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Process } from '#src/config/schema/process.ts'
import { HOST, isThere, pathsOf, sceneOf } from '#src/container/scene.ts'
import { savedConfig } from '#src/container/saved-config.ts'
import { find } from '#src/container/store.ts'
import { whyUnexecuted } from '#src/container/unexecuted.ts'
import type { NotExecuted } from '#src/failure.ts'
import { bundleFile, readBundle } from './create-options.ts'
import { absolute } from './paths.ts'
import type { Invoked, World } from './verb.ts'
import { processOf } from './verbs/exec.ts'

/** Takes the error of a command, gives it with its reason, if that can be seen. */
export function explained(world: World, invoked: Invoked, error: NotExecuted): NotExecuted {
  const { here } = world.kernel
  const { path, errno, side } = error.program
  if (side === 'host') return because(error, whyUnexecuted(here, HOST, path, errno))
  const around = surroundingsIfThere(world, invoked)
  if (around?.process === undefined) return error
  const { config, bundle, process } = around
  const scene = sceneOf(config, bundle, process)
  const paths = pathsOf(path, process)
  const executed = paths.find((candidate) => isThere(here, scene, candidate)) ?? paths[0] ?? path
  return because(error, whyUnexecuted(here, scene, executed, errno))
}

function because(error: NotExecuted, why: ReturnType<typeof whyUnexecuted>): NotExecuted {
  return why === undefined ? error : error.because(why)
}

/** What a container was made from, and the process that was to be. */
interface Surroundings {
  readonly config: Config
  readonly bundle: string
  readonly process: Process | undefined
}

/** A bundle or a state that is gone by now must not become the error. */
function surroundingsIfThere(world: World, invoked: Invoked): Surroundings | undefined {
  try {
    return surroundings(world, invoked)
  } catch {
    return undefined
  }
}

function surroundings(world: World, invoked: Invoked): Surroundings {
  const { here } = world.kernel
  switch (invoked.command) {
    case 'create':
    case 'run': {
      // Whatever was made is gone by now, and with it the copy.
      const config = readConfig(readBundle(world, bundleFile(world, invoked.options)))
      return { config, bundle: absolute(world, invoked.options.bundle), process: config.process }
    }
    case 'start':
    case 'exec': {
      const { directory, state } = find(here, world.store, invoked.operands.container)
      const config = savedConfig(here, directory)
      const own = config.process
      const process = invoked.command === 'exec' && own !== undefined ? processOf(world, invoked)(own) : own
      return { config, bundle: state.bundle, process }
    }
    default:
      throw new RangeError(`"${invoked.command}" executes no program`)
  }
}
