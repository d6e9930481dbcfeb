// Which hooks run when, with which state and in which namespaces (runtime.md, "Lifecycle"; config.md, "POSIX-platform
// Hooks").

import type { Call, Sys } from '#ffi/call.ts'
import { duplicate, dupTo, pipe } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { chdir, chroot, fchdir, setns } from '#ffi/calls/namespace.ts'
import { setDumpable } from '#ffi/calls/process.ts'
import { endChild } from '#ffi/perform/spawn.ts'
import { type Fd, ready } from '#ffi/fd.ts'
import type { Child, Kernel, Task } from '#ffi/perform/kernel.ts'
import type { Hooks } from '#src/config/schema/hooks.ts'
import { runHooks } from '#src/hooks/run.ts'
import type { NamespacePlan } from '#src/namespaces/plan.ts'
import type { Starter } from '#src/program.ts'
import { awaitExec, queueExec } from '#src/process/release.ts'
import type { Site } from './site.ts'
import type { ContainerState } from './state.ts'
import type { Status } from './status.ts'

/** The part of the state that hooks and `state` share (runtime.md, "State"). */
export type HookState = Pick<ContainerState, 'ociVersion' | 'id' | 'bundle' | 'annotations'>

/** The state as hooks and seccomp agents get it. */
export function statePart(state: HookState, status: Status, pid: number): object {
  const { ociVersion, id, bundle, annotations } = state
  const some = Object.keys(annotations).length > 0
  return { ociVersion, id, status, ...(pid > 0 ? { pid } : {}), bundle, ...(some ? { annotations } : {}) }
}

/** The same as JSON. */
export function stateJson(state: HookState, status: Status, pid: number): string {
  return JSON.stringify(statePart(state, status, pid))
}

/** The state of a container that is being made. */
export function stateInTheMaking({ config, options }: Site): HookState {
  const { ociVersion, annotations } = config
  return { ociVersion, id: options.id, bundle: options.bundle, annotations }
}

/** prestart and createRuntime in bunc's namespaces, then createContainer in the container's. */
export function hooksBeforePivot(site: Site, task: Task): void {
  const { kernel, config, options, plan, undo } = site
  const { prestart, createRuntime, createContainer } = config.hooks
  if (prestart.length + createRuntime.length + createContainer.length === 0) return
  task.sys.flush()
  const state = stateInTheMaking(site)
  const json = stateJson(state, 'creating', task.pid)
  // Whoever has begun something for the container must hear that it will not be.
  undo.defer(() => {
    try {
      hooksOutside(kernel, 'poststop', config.hooks, { state, status: 'stopped', pid: 0 })
    } catch (error) {
      options.warn(error)
    }
  })
  runHooks(kernel, { kind: 'prestart', hooks: prestart, state: json, start: kernel.start })
  runHooks(kernel, { kind: 'createRuntime', hooks: createRuntime, state: json, start: kernel.start })
  if (createContainer.length === 0) return
  // That of the namespace is another where bunc was started in a chroot(2); the task leaves it later.
  using root = kernel.here(openat('cwd', `/proc/${task.pid}/root`, ['PATH', 'DIRECTORY']))
  const inside = startInside(kernel, task.pidfd, plan, root)
  runHooks(kernel, { kind: 'createContainer', hooks: createContainer, state: json, start: inside })
}

/** Runs the hooks of one kind in bunc's namespaces. */
export function hooksOutside(
  kernel: Kernel,
  kind: 'poststart' | 'poststop',
  hooks: Hooks,
  about: { state: HookState; status: Status; pid: number },
): void {
  if (hooks[kind].length === 0) return
  const state = stateJson(about.state, about.status, about.pid)
  runHooks(kernel, { kind, hooks: hooks[kind], state, start: kernel.start })
}

/**
 * Gives a starter of programs that run in the namespaces of a container, whose first process is `pidfd`, and in the root
 * of its mount namespace or in another one.
 */
export function startInside(kernel: Kernel, pidfd: Fd, plan: NamespacePlan, root?: Fd): Starter {
  return (program) => {
    const [reading, writing] = kernel.here(pipe(['CLOEXEC']))
    using report = reading
    using ours = writing
    const inherit = [pidfd, ours, ...program.stdio, ...(root === undefined ? [] : [root])]
    using task = taskInside(kernel, { pidfd, plan, inherit })
    for (const [number, fd] of program.stdio.entries()) task.sys(dupTo(task.inherit(fd), number))
    if (root !== undefined) {
      task.sys(fchdir(task.inherit(root)))
      task.sys(chroot('.'))
    }
    task.sys(chdir('/'))
    task.sys.flush()
    const told = task.sys(duplicate(task.inherit(ours), 3))
    queueExec(task.sys, program)
    const child = task.become(told)
    ours[Symbol.dispose]()
    awaitExecOf(kernel.here, report, { child, path: program.path })
    return child
  }
}

/** As `awaitExec`, for a child of ours: where that throws, the child is ended and reaped. */
export function awaitExecOf(here: Sys, report: Fd, { child, path }: { child: Child; path: string }): void {
  try {
    awaitExec(here, report, path)
  } catch (error) {
    // It has ended already where its execve has failed, and runs where it is the waiting that has.
    using pidfd = child.pidfd
    // Else the first process of its pid namespace could never end: it waits until all others are reaped.
    endChild(here, pidfd)
    throw error
  }
}

/** A task to be made inside a container. */
export interface Inside {
  /** The container's first process; among `inherit`. */
  readonly pidfd: Fd
  readonly plan: NamespacePlan
  readonly inherit: readonly Fd[]
  /** The cgroup v2 directory that it is born into. */
  readonly cgroup?: Fd
  /** What it does before it joins anything: it walks into its cgroups. */
  readonly calls?: readonly Call<void>[]
}

/** A task in the namespaces of a container; in its pid namespace too, when it has one. */
export function taskInside(kernel: Kernel, { pidfd, plan, inherit, cgroup, calls = [] }: Inside): Task {
  const birth = { namespaces: [], inherit, calls, ...(cgroup === undefined ? {} : { cgroup }) }
  return ready(kernel.task(birth), (task) => {
    // Who lives in there must not be able to look into the task (CVE-2016-9962).
    task.sys(setDumpable(0))
    task.sys(setns(task.inherit(pidfd), joinFlags(plan)))
    if (plan.has('pid')) task.fork()
  })
}

/** The namespaces to join: those that the container does not share with its creator. */
function joinFlags(plan: NamespacePlan) {
  const all = [
    ['user', 'NEWUSER'],
    ['mount', 'NEWNS'],
    ['uts', 'NEWUTS'],
    ['ipc', 'NEWIPC'],
    ['network', 'NEWNET'],
    ['pid', 'NEWPID'],
    ['time', 'NEWTIME'],
    ['cgroup', 'NEWCGROUP'],
  ] as const
  return all.filter(([type]) => plan.has(type)).map(([, flag]) => flag)
}
