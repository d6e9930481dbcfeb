// What `create` and `run` share: the bundle, and where its parts are.

import { getpid } from '#ffi/calls/process.ts'
import { fstat } from '#ffi/calls/file.ts'
import { inherited } from '#ffi/perform/here.ts'
import { doing } from '#ffi/context.ts'
import { errnoSentence } from '#ffi/errno.ts'
import { failedWith } from '#ffi/error.ts'
import { readConfig } from '#src/config/config.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { CreateOptions } from '#src/container/site.ts'
import { Failure } from '#src/failure.ts'
import { readText } from '#src/files.ts'
import { listenFds } from './listen-fds.ts'
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
  const bundle = absolute(world, options.bundle)
  const configText = readBundle(world, bundleFile(world, options))
  const sockets = listenFds(world.kernel.here(getpid()))
  const preserveFds = sockets.count + options.preserveFds
  checkDescriptors(world, preserveFds)
  return {
    store: world.store,
    id,
    bundle,
    config: withEnv(readConfig(configText), sockets.env),
    configText,
    cgroupDriver: driver(global),
    consoleSocket: socketPath(world, options.consoleSocket),
    pidfdSocket: socketPath(world, options.pidfdSocket),
    pidFile: options.pidFile === undefined ? undefined : absolute(world, options.pidFile),
    noPivot: options.noPivot,
    noNewKeyring: options.noNewKeyring,
    rootless: global.rootless === 'auto' ? undefined : global.rootless === 'true',
    preserveFds,
    owner: '',
    warn: world.warn,
  }
}

/** Where the config is. As crun has it: the flag names a file, wherever that is. */
export function bundleFile(world: World, { bundle, config }: Given['options']): string {
  return config === undefined ? `${absolute(world, bundle)}/config.json` : absolute(world, config)
}

/** Takes the path of a config.json, gives its text. Throws a Failure where there is none. */
export function readBundle(world: World, file: string): string {
  return readGiven(world, file, 'a bundle is a directory with a config.json; bunc spec writes one')
}

/** Takes an absolute path that the command line names, gives the text. Throws a Failure where it cannot be read. */
export function readGiven({ kernel }: World, file: string, hint?: string): string {
  return doing(`read "${file}"`, () => {
    try {
      return readText(kernel.here, file)
    } catch (error) {
      if (!failedWith(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) throw error
      throw new Failure(errnoSentence(error.errno), hint)
    }
  })
}

function withEnv(config: Config, env: readonly string[]): Config {
  const { process: own } = config
  return own === undefined || env.length === 0 ? config : { ...config, process: { ...own, env: [...own.env, ...env] } }
}

/** Who makes the cgroups. */
export function driver(global: Of<'create'>['global']): CreateOptions['cgroupDriver'] {
  return global.cgroupManager ?? (global.systemdCgroup ? 'systemd' : 'cgroupfs')
}

function socketPath(world: World, path: string | undefined): string | undefined {
  return path === undefined ? undefined : absolute(world, path)
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
