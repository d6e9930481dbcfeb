// Makes a container, starts it, and, in the foreground, stays with it until it ends and takes it away.

import type { Ending } from '#ffi/calls/process.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { attend } from '#src/console/foreground.ts'
import { Failure } from '#src/failure.ts'
import { create } from './create.ts'
import { destroy } from './delete.ts'
import { killContainer } from './kill.ts'
import type { Listen } from './notify.ts'
import type { CreateOptions } from './site.ts'
import { release } from './start.ts'

/** What `run` is told beside what `create` is told. */
export interface RunOptions extends CreateOptions {
  /** Come back at once and leave the container running. */
  readonly detach: boolean
  /** Leave the stopped container for `state` and `delete`. */
  readonly keep: boolean
  /** Listens to what the container says of its readiness. */
  readonly listen?: Listen | undefined
}

/** Runs a container. Gives how its process ended, or nothing when it was detached. */
export function run(kernel: Kernel, options: RunOptions): Ending | undefined {
  checkConsole(options)
  const created = create(kernel, options)
  using pidfd = created.child.pidfd
  try {
    using listening = options.listen?.(kernel.here, created)
    doing(`start container "${options.id}"`, () => release(kernel, created, () => options.config))
    if (options.detach) return void listening?.untilReady()
    const ending = doing(`stay with container "${options.id}"`, () =>
      attend(kernel.here, { pidfd, master: created.master, aside: listening }),
    )
    // Nobody else says so: the program has written nothing, and the exit code is a number.
    if (ending.signal === SIGNAL.SIGSYS && options.config.linux.seccomp !== undefined) options.warn(killedByFilter())
    if (!options.keep)
      doing(`delete container "${options.id}"`, () =>
        destroy(kernel, created, { warn: options.warn, savedConfig: () => options.config }),
      )
    return ending
  } catch (error) {
    killContainer(kernel.here, created)
    destroy(kernel, created, { warn: options.warn, savedConfig: () => options.config })
    throw error
  }
}

function killedByFilter(): Failure {
  return new Failure(
    'The process was ended by SIGSYS: its seccomp profile kills for a call that it made; the kernel log tells which ("type=1326", "syscall=")',
  )
}

/** A terminal needs somebody who holds its other end: bunc in the foreground, or whoever listens on the socket. */
export function checkConsole({
  detach,
  consoleSocket,
  config,
}: Pick<RunOptions, 'detach' | 'consoleSocket' | 'config'>): void {
  const terminal = config.process?.terminal ?? false
  if (detach && terminal && consoleSocket === undefined)
    throw new Failure(
      'cannot allocate tty if bunc will detach without setting console socket',
      'name with --console-socket who is to get it, or use "bunc run" in the foreground',
    )
  if ((!detach || !terminal) && consoleSocket !== undefined)
    throw new Failure(
      'cannot use console socket if bunc will not detach or allocate tty',
      'leave --console-socket out, or set process.terminal in config.json',
    )
}
