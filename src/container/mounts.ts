// Changes the mounts of a container that exists: a task enters its namespaces and does there what is asked.

import { openat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { Failure } from '#src/failure.ts'
import { becomeRoot } from '#src/namespaces/enter.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { addMounts, copySources, type HotMount, type Inside, removeMounts } from '#src/rootfs/hot-mounts.ts'
import { taskInside } from './lifecycle-hooks.ts'
import { savedConfig } from './saved-config.ts'
import { openProcess } from './status.ts'
import { find, lock } from './store.ts'

/** Which container, and what is to be done with which mounts. To remove one its destination is enough. */
export interface MountsOptions {
  readonly store: string
  readonly id: string
  readonly action: 'add' | 'remove'
  readonly mounts: readonly Mount[]
}

/** Adds mounts to a container, all or none, or removes them. Throws a Failure when the container has stopped. */
export function changeMounts(kernel: Kernel, { store, id, action, mounts }: MountsOptions): void {
  doing(`${action} mounts of container "${id}"`, () => {
    const { here } = kernel
    using held = lock(here, store, id)
    const known = find(here, store, id)
    using pidfd = openProcess(here, known.state)
    if (pidfd === undefined) throw new Failure('container not running')
    const plan = planNamespaces(savedConfig(here, known.directory).linux.namespaces)
    using open = new DisposableStack()
    const wanted = action === 'add' ? copySources(here, mounts, { bundle: known.state.bundle, open }) : []
    const trees = wanted.flatMap(({ tree }) => tree ?? [])
    using task = taskInside(kernel, { pidfd, plan, inherit: [pidfd, ...trees] })
    // What it makes is to belong to the container's root, not to somebody whom the container has no name for.
    if (plan.has('user')) becomeRoot(task.sys)
    const inside: Inside = { task: task.sys, root: task.sys(openat('cwd', '/', ['PATH', 'DIRECTORY'])) }
    if (action === 'remove')
      removeMounts(
        inside,
        mounts.map(({ destination }) => destination),
      )
    else
      addMounts(
        inside,
        wanted.map((one): HotMount => ({ ...one, tree: one.tree === undefined ? undefined : task.inherit(one.tree) })),
      )
    return held
  })
}
