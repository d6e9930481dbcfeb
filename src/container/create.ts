// Makes a container, up to the moment before its program runs. Whatever fails, everything that was made is taken away
// again, and the cause is what is told.

import { TaskDied } from '#ffi/perform/task.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Child, Kernel } from '#ffi/perform/kernel.ts'
import { HOOK_KINDS } from '#src/config/schema/hooks.ts'
import { sendDescriptor } from '#src/console/send.ts'
import { Failure } from '#src/failure.ts'
import { removeTree, replaceFile } from '#src/files.ts'
import { unknownCapabilities } from '#src/process/identity.ts'
import { requireSelinux } from '#src/security/selinux.ts'
import { furnish, type Furnished } from './furnish.ts'
import { outOfMemory } from './out-of-memory.ts'
import { type CreateOptions, prepareSite, type Site } from './site.ts'
import { type ContainerState, saveState } from './state.ts'
import { startTimeOf } from './status.ts'
import { claim } from './store.ts'

/** A container that is made and waits for `start`. */
export interface Created {
  readonly directory: string
  readonly state: ContainerState
  readonly child: Child
  /** The outer end of its terminal, when it has one and it was not sent away. */
  readonly master: Fd | undefined
}

/** Makes a container. Throws a SyscallError or a Failure; then nothing is left of it. */
export function create(kernel: Kernel, options: CreateOptions): Created {
  warnOfUnknown(options)
  return doing(`create container "${options.id}"`, () => {
    const { here } = kernel
    const { process } = options.config
    if (process === undefined) throw new Failure('config.json has no process, which is not supported')
    requireSelinux(here, 'process.selinuxLabel', process.selinuxLabel)
    requireSelinux(here, 'linux.mountLabel', options.config.linux.mountLabel)
    using undo = new DisposableStack()
    using open = new DisposableStack()
    const directory = claim(here, options.store, options.id)
    undo.defer(() => removeTree(here, directory))
    const site = prepareSite(kernel, options, { process, directory, undo, open })
    const furnished = explained(site, () => furnish(site))
    const state = remember(site, { pid: furnished.task.pid, resctrl: furnished.resctrl })
    const master = tell(site, furnished)
    const child = furnished.become()
    undo.move()
    return { directory, state, child, master }
  })
}

/** The specification: what a capability cannot be mapped to is told as a warning, and ignored. */
function warnOfUnknown({ config: { process }, warn }: CreateOptions): void {
  for (const name of process === undefined ? [] : unknownCapabilities(process.capabilities))
    warn(new Failure(`process.capabilities: "${name}" is not a capability, and is ignored`))
}

function explained<R>({ kernel, cgroup }: Site, act: () => R): R {
  try {
    return act()
  } catch (error) {
    const killed = error instanceof TaskDied && error.signal === SIGNAL.SIGKILL
    throw (killed ? outOfMemory(kernel.here, cgroup) : undefined) ?? error
  }
}

/**
 * Saves what is known of a container with its first process. Before it is let go: a create that is killed leaves
 * something that can be deleted.
 */
export function remember(
  { kernel, options, config, process, plan, directory, rootfs, cgroup }: Site,
  { pid, resctrl }: Pick<Furnished, 'resctrl'> & { readonly pid: number },
): ContainerState {
  const state: ContainerState = {
    ociVersion: config.ociVersion,
    id: options.id,
    pid,
    startTime: startTimeOf(kernel.here, pid),
    bundle: options.bundle,
    rootfs,
    created: new Date().toISOString(),
    owner: options.owner,
    annotations: config.annotations,
    cgroup,
    ...(resctrl === undefined ? {} : { resctrl }),
    pidNamespace: plan.makes('pid'),
    program: process.args[0] ?? '',
    hooks: HOOK_KINDS.filter((kind) => config.hooks[kind].length > 0),
  }
  saveState(kernel.here, directory, state)
  return state
}

/** Hands out what the caller asked for; gives the outer end of the terminal if nobody was to get it. */
function tell({ kernel, options }: Site, { task, master }: Furnished): Fd | undefined {
  const { consoleSocket, pidfdSocket, pidFile } = options
  if (pidfdSocket !== undefined) sendDescriptor(kernel.here, pidfdSocket, { text: 'standard', fd: task.pidfd })
  if (pidFile !== undefined) writePidFile(kernel, pidFile, task.pid)
  if (consoleSocket === undefined || master === undefined) return master
  using sent = master
  sendDescriptor(kernel.here, consoleSocket, { text: '/dev/ptmx', fd: sent })
  return undefined
}

/** Writes a pid where an engine looks for it: at once and whole, without a newline, as runc does. */
export function writePidFile({ here }: Kernel, path: string, pid: number): void {
  doing(`write the pid file "${path}"`, () => replaceFile(here, path, String(pid), 0o644))
}
