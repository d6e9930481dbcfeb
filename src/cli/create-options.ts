// What `create` and `run` share: the bundle, and where its parts are.

import { fstat } from '#ffi/calls/file.ts'
import { inherited } from '#ffi/perform/here.ts'
import { failedWith } from '#ffi/error.ts'
import type { CgroupDriver } from '#src/cgroups/record.ts'
import { readConfig } from '#src/config/config.ts'
import type { CreateOptions } from '#src/container/site.ts'
import { Failure } from '#src/failure.ts'
import { readTextIfThere } from '#src/files.ts'
import { absolute } from './paths.ts'
import type { Of, World } from './verb.ts'

/** What `create` and `run` are given. */
export interface Given {
  readonly options: Of<'create'>['options']
  readonly global: Of<'create'>['global']
  readonly id: string
}

/** Reads the bundle, gives the options of the use-case. Throws a ConfigError or a Failure. */
export function createOptions(world: World, { options, global, id }: Given): CreateOptions {
  const bundle = absolute(world.cwd, options.bundle)
  const file = options.config === undefined ? `${bundle}/config.json` : absolute(bundle, options.config)
  const configText = readTextIfThere(world.kernel.here, file)
  if (configText === undefined)
    throw new Failure(
      `Cannot read "${file}": no such file or directory`,
      'a bundle is a directory with a config.json; bunc spec writes one',
    )
  checkDescriptors(world, options.preserveFds)
  return {
    store: world.store,
    id,
    bundle,
    config: readConfig(configText),
    configText,
    cgroupDriver: driver(global),
    consoleSocket: socketPath(world, options.consoleSocket),
    pidfdSocket: socketPath(world, options.pidfdSocket),
    pidFile: options.pidFile === undefined ? undefined : absolute(world.cwd, options.pidFile),
    noPivot: options.noPivot,
    noNewKeyring: options.noNewKeyring,
    preserveFds: options.preserveFds,
    owner: '',
    warn: world.warn,
  }
}

/** Who makes the cgroups. */
function driver(global: Of<'create'>['global']): CgroupDriver {
  return global.cgroupManager ?? (global.systemdCgroup ? 'systemd' : 'cgroupfs')
}

function socketPath(world: World, path: string | undefined): string | undefined {
  return path === undefined ? undefined : absolute(world.cwd, path)
}

/** Throws a Failure unless that many descriptors after stdio are open. */
export function checkDescriptors({ kernel }: World, count: number): void {
  for (let number = 3; number < 3 + count; number++) {
    try {
      kernel.here(fstat(inherited(number, `preserved ${number}`)))
    } catch (error) {
      if (!failedWith(error, 'EBADF')) throw error
      throw new Failure(`Cannot preserve file descriptor ${number}: it is not open`)
    }
  }
}
