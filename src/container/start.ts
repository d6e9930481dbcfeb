// Lets a created container run: opens the fifo that its first process waits at, and sees it execute its program.

import { tolerating } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { openat, read, unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { Config } from '#src/config/schema/config.ts'
import { Failure } from '#src/failure.ts'
import { runHooks } from '#src/hooks/run.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { awaitExec } from '#src/process/release.ts'
import { killContainer } from './kill.ts'
import { hooksOutside, startInside, stateJson } from './lifecycle-hooks.ts'
import type { Listen } from './notify.ts'
import { outOfMemory } from './out-of-memory.ts'
import type { SavedConfig } from './saved-config.ts'
import { type ContainerState, FIFO, READY } from './state.ts'
import { openProcess, statusOf } from './status.ts'
import { find, type Known, lock } from './store.ts'

/** Which container, and who reads the config that it was made from if it has hooks. */
export interface StartOptions {
  readonly store: string
  readonly id: string
  readonly savedConfig: SavedConfig
  /** Listens to what the container says of its readiness, which is waited for then. */
  readonly listen?: Listen | undefined
}

/** Starts a container by name. Throws a Failure unless it is in the state `created`. */
export function start(kernel: Kernel, options: StartOptions): void {
  doing(`start container "${options.id}"`, () => {
    using open = new DisposableStack()
    const listening = startLocked(kernel, { ...options, open })
    // Without the lock: it may take as long as it likes, and others have to do with the container meanwhile.
    listening?.untilReady()
  })
}

function startLocked(
  kernel: Kernel,
  { store, id, savedConfig, listen, open }: StartOptions & { open: DisposableStack },
): ReturnType<Listen> {
  using held = lock(kernel.here, store, id)
  const known = find(kernel.here, store, id)
  const status = statusOf(kernel.here, known)
  if (status !== 'created')
    throw new Failure(NOT_CREATED[status] ?? `cannot start a container in the state "${status}"`)
  const listening = open.use(listen?.(kernel.here, known))
  release(kernel, known, savedConfig)
  held[Symbol.dispose]()
  return listening
}

const NOT_CREATED: { readonly [status: string]: string } = {
  running: 'cannot start an already running container',
  stopped: 'cannot start a container that has stopped',
}

/** Lets the first process of a created container go, with the hooks that belong to it. */
export function release(kernel: Kernel, known: Known, savedConfig: SavedConfig): void {
  const { state, directory } = known
  using pidfd = openProcess(kernel.here, state)
  if (pidfd === undefined) throw endedEarly(kernel, state)
  const hooked = ['startContainer', 'poststart'].some((kind) => state.hooks.includes(kind))
  const config = hooked ? savedConfig(kernel.here, directory) : undefined
  if (config !== undefined) hooksInside(kernel, { state, config, pidfd })
  openFifo(kernel, `${directory}/${FIFO}`, { pidfd, state })
  if (config === undefined) return
  try {
    hooksOutside(kernel, 'poststart', config.hooks, { state, status: 'running', pid: state.pid })
  } catch (error) {
    // runtime-spec 1.3: a container whose poststart hook fails must be stopped.
    killContainer(kernel.here, known)
    throw error
  }
}

/** startContainer: the last thing before the program, in its namespaces. */
function hooksInside(
  kernel: Kernel,
  { state, config, pidfd }: { state: ContainerState; config: Config; pidfd: Fd },
): void {
  const start = startInside(kernel, pidfd, planNamespaces(config.linux.namespaces))
  const json = stateJson(state, 'created', state.pid)
  runHooks(kernel, { kind: 'startContainer', hooks: config.hooks.startContainer, state: json, start })
}

/** Opens the fifo: the process wakes up and says so. Then it is gone from the directory: the container has started. */
function openFifo(kernel: Kernel, path: string, init: { pidfd: Fd; state: ContainerState }): void {
  const { here } = kernel
  using fifo = here(openat('cwd', path, ['RDONLY', 'NONBLOCK']))
  const [said, ended] = here(
    poll(
      [
        { fd: fifo, for: ['IN'] },
        { fd: init.pidfd, for: ['IN'] },
      ],
      -1,
    ),
  )
  if (!said && ended) throw endedEarly(kernel, init.state)
  const ready = here(read(fifo, 1))
  if (ready.length === 0) throw new Failure('exec fifo is empty: somebody else has started the container')
  if (ready[0] !== READY.charCodeAt(0)) throw new Failure('its first process could not say that it is ready')
  here(tolerating(unlinkat('cwd', path, []), 'ENOENT'))
  try {
    awaitExec(here, fifo, init.state.program)
  } catch (error) {
    // Docker deletes it as soon as it hears of that, and forgets one that has not ended: it stays for ever.
    here(poll([{ fd: init.pidfd, for: ['IN'] }], ENDING_MS))
    throw error
  }
}

/** It ends with the next system call that it makes. */
const ENDING_MS = 1000

function endedEarly({ here }: Kernel, { cgroup }: ContainerState): Failure {
  return outOfMemory(here, cgroup) ?? new Failure('its first process has ended already')
}
