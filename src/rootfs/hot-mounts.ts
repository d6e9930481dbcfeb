// Mounts in a container that runs already. The host is out of its sight: what comes from there is copied here, as a
// detached mount, and only attached inside. Places are resolved by the kernel below the container's root, since the
// container may change them at any moment.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstat } from '#ffi/calls/file.ts'
import { mountSetattr, umount } from '#ffi/calls/mount.ts'
import { fchdir } from '#ffi/calls/namespace.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { Failure } from '#src/failure.ts'
import { attach, boundTree, finishTree } from './attach.ts'
import { finishMounts, mountNew, withMode } from './mounts.ts'
import { parseOptions } from './parse-options.ts'
import { components, directoryInRoot, fileInRoot, openIfThere, withoutLinks } from './resolve.ts'

/** A mount that is to be added, with a copy of its source if that is of the host. */
export interface HotMount {
  readonly mount: Mount
  /** Detached; ours. Undefined for a new file system. */
  readonly tree: Fd | undefined
  /** Whether the tree is that of a directory. */
  readonly directory: boolean
}

/** Takes mounts, copies the sources of bind mounts; adds the copies to `open`. Relative sources start at `bundle`. */
export function copySources(
  here: Sys,
  mounts: readonly Mount[],
  { bundle, open }: { bundle: string; open: DisposableStack },
) {
  return mounts.map((mount, i): HotMount =>
    doing(`copy the source of mounts[${i}], "${mount.source}"`, () => {
      const plan = parseOptions(mount.options)
      if (plan.copyUp && mount.type !== 'tmpfs') throw new Failure('option "tmpcopyup" is for a tmpfs alone')
      if (plan.bind === 'no' && mount.type !== 'bind') return { mount, tree: undefined, directory: true }
      if (plan.data.length > 0) throw new Failure(`a bind mount cannot have the file system option "${plan.data[0]}"`)
      const source = mount.source.startsWith('/') ? mount.source : `${bundle}/${mount.source}`
      const bind = plan.bind === 'no' ? 'recursive' : plan.bind
      const tree = open.use(boundTree(here, source, { ...plan, bind }, []))
      // The copy is a peer of the original: what the host mounts later would appear in the container.
      if (plan.propagations.length === 0) here(mountSetattr(tree, 'recursive', { propagation: 'PRIVATE' }))
      finishTree(here, tree, plan)
      return { mount, tree, directory: here(fstat(tree)).type === 'directory' }
    }),
  )
}

/** Where mounts are changed: a task in the container's mount namespace, and the container's root, open in it. */
export interface Inside {
  readonly task: Sys
  readonly root: Fd
}

/**
 * Adds mounts in their order; their trees are the task's own now. Where one cannot be made, those before it are removed
 * again. Throws a SyscallError or a Failure that names the mount as `mounts[3]`.
 */
export function addMounts(inside: Inside, mounts: readonly HotMount[]): void {
  const added: string[] = []
  try {
    for (const [i, { mount, ...source }] of mounts.entries()) {
      doing(`make mounts[${i}], "${mount.type || 'bind'}" on "${mount.destination}"`, () =>
        addMount(inside, { mount, ...source }),
      )
      added.push(mount.destination)
    }
  } catch (error) {
    try {
      removeMounts(inside, added)
    } catch (another) {
      throw new AggregateError([error, another])
    }
    throw error
  }
}

function addMount({ task, root }: Inside, { mount, tree, directory }: HotMount): void {
  const path = withoutLinks(task, root, mount.destination)
  refuseMismatch({ task, root }, path, directory)
  using target = directory ? directoryInRoot(task, root, path) : fileInRoot(task, root, path)
  if (tree !== undefined) {
    attach(task, tree, target)
    task.flush()
    return
  }
  const { type, source } = mount
  if (type === 'cgroup' || type === 'cgroup2') throw new Failure('cgroups can only be mounted when a container is made')
  const plan = parseOptions(mount.options)
  const whole = type === 'tmpfs' ? withMode({ task, root }, path, plan) : plan
  const later = mountNew({ task }, { target, type, source, plan: whole })
  if (later !== undefined) finishMounts(task, [later])
  task.flush()
}

/** A directory goes on a directory, and anything else on a file. */
function refuseMismatch({ task, root }: Inside, path: string, directory: boolean): void {
  using target = openIfThere(task, root, path)
  const there = task(tolerating(fstat(target), 'ENOENT'))
  if (there === undefined || (there.type === 'directory') === directory) return
  throw new Failure(directory ? 'not a directory: the destination is a file' : 'the destination is a directory')
}

/** Takes destinations, removes the topmost mount of each, the last one first. Throws a Failure where there is none. */
export function removeMounts({ task, root }: Inside, destinations: readonly string[]): void {
  for (const destination of destinations.toReversed())
    doing(`remove the mount on "${destination}"`, () => {
      const parts = components(withoutLinks(task, root, destination))
      const name = parts.pop() ?? '.'
      // umount2(2) takes no descriptor, and the container's /proc is not to be trusted with one.
      using parent = openIfThere(task, root, `/${parts.join('/')}`)
      if (parent.missing) throw new Failure('nothing is mounted there')
      task(fchdir(parent))
      try {
        task(umount(name, ['DETACH', 'NOFOLLOW']))
        task.flush()
      } catch (error) {
        if (failedWith(error, 'EINVAL', 'ENOENT')) throw new Failure('nothing is mounted there')
        throw error
      }
    })
}
