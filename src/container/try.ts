// A throw-away container over the host's own root: everything private, every write discarded, no image and no config.

import type { Ending } from '#ffi/calls/process.ts'
import { geteuid } from '#ffi/calls/credentials.ts'
import { getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { readConfig } from '#src/config/config.ts'
import { Failure } from '#src/failure.ts'
import { run } from './run.ts'
import { tryConfig } from './try-config.ts'

/** What is to be tried. */
export interface TryOptions {
  readonly store: string
  /** Program and its arguments. */
  readonly args: readonly string[]
  readonly env: readonly string[]
  /** Whether it gets a terminal of its own. */
  readonly terminal: boolean
  readonly warn: (error: unknown) => void
}

/** Runs a program in a throw-away container, gives how it ended. Throws a Failure unless the caller is root. */
export function tryOut(kernel: Kernel, options: TryOptions): Ending {
  return doing('try a container', () => {
    if (kernel.here(geteuid()) !== 0) throw new Failure('operation not permitted', 'this needs root: sudo bunc try')
    const configText = JSON.stringify(tryConfig(options))
    const ending = run(kernel, {
      store: options.store,
      id: `try-${kernel.here(getpid())}`,
      bundle: '/',
      config: readConfig(configText),
      configText,
      cgroupDriver: 'cgroupfs',
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      owner: '',
      throwAway: true,
      detach: false,
      keep: false,
      warn: options.warn,
    })
    if (ending === undefined) throw new Failure('it was not waited for')
    return ending
  })
}
