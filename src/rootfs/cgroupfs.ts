// What a container sees as /sys/fs/cgroup: one cgroup2 file system, or the v1 tree of a tmpfs with one directory for each
// hierarchy. Where its cgroups are is told by whoever made them; this file only mounts.

import type { Sys } from '#ffi/call.ts'
import { mkdirat, symlinkat } from '#ffi/calls/file.ts'
import { mount, mountSetattr, moveMountTo } from '#ffi/calls/mount.ts'
import { fchdir } from '#ffi/calls/namespace.ts'
import type { Fd } from '#ffi/fd.ts'
import { attach, boundTree, newFilesystem } from './attach.ts'
import { isLabel, type MountPlan } from './parse-options.ts'

/** One v1 hierarchy. */
export interface Hierarchy {
  /** Name of its directory below /sys/fs/cgroup: `memory`, `cpu,cpuacct`, `systemd`, `unified`. */
  readonly name: string
  /** Options that mount it: `memory`, `cpu,cpuacct`, `none,name=systemd`; the type is cgroup2 when there are none. */
  readonly options: readonly string[]
  /** The container's own directory in it, on the host. */
  readonly path: string
}

/** The cgroups that a container is in. */
export interface CgroupTree {
  readonly version: 1 | 2
  /** Its own directories on the host (v1); empty on v2. */
  readonly hierarchies: readonly Hierarchy[]
  /** Whether the container has a cgroup namespace of its own: then a new mount shows its own part alone. */
  readonly namespace: boolean
  /** Whether they are its caller's: then nothing in them is its to write (CVE-2023-25809). */
  readonly foreign: boolean
  /** Whether it is in another user namespace than the host. */
  readonly userNamespace: boolean
}

/** Mounts the container's cgroups on an open directory. Throws a SyscallError. */
export function mountCgroups(
  sys: Sys,
  { target, tree, plan }: { target: Fd; tree: CgroupTree; plan: MountPlan },
): void {
  if (tree.version === 2) mountUnified(sys, target, tree, plan)
  else mountHierarchies(sys, target, tree, plan)
}

/**
 * A new mount shows what the container's cgroup namespace shows: its own part, or, with the host's namespace, all of it.
 * A user namespace may mount only what its own cgroup namespace shows; the host's is bound then, and never writable.
 */
function mountUnified(sys: Sys, target: Fd, tree: CgroupTree, plan: MountPlan): void {
  using mount =
    tree.namespace || !tree.userNamespace
      ? newFilesystem(sys, { type: 'cgroup2', source: 'cgroup', plan: { ...plan, data: [] } })
      : boundTree(sys, '/sys/fs/cgroup', { ...readOnly(plan), bind: 'recursive' }, [])
  attach(sys, mount, target)
}

function mountHierarchies(sys: Sys, target: Fd, tree: CgroupTree, plan: MountPlan): void {
  const attributes = { set: plan.attributes.set.filter((name) => name !== 'RDONLY'), clear: [] }
  const tmpfs: MountPlan = { ...plan, attributes, data: ['mode=755', ...plan.data.filter(isLabel)] }
  using top = newFilesystem(sys, { type: 'tmpfs', source: 'tmpfs', plan: tmpfs })
  attach(sys, top, target)
  if (tree.namespace) sys(fchdir(top))
  for (const hierarchy of tree.hierarchies) mountHierarchy(sys, top, { hierarchy, tree, plan })
  if (plan.attributes.set.includes('RDONLY')) sys(mountSetattr(top, 'this', { set: ['RDONLY'] }))
}

/**
 * A new mount is made by mount(2), in the current directory: one call for the nine that it takes by descriptor, and there
 * are a dozen hierarchies. Its name was made just now, in a tmpfs that nobody else sees.
 */
function mountHierarchy(
  sys: Sys,
  top: Fd,
  { hierarchy, tree, plan }: { hierarchy: Hierarchy; tree: CgroupTree; plan: MountPlan },
): void {
  sys(mkdirat(top, hierarchy.name, 0o755))
  const whole = tree.foreign ? readOnly(plan) : plan
  if (tree.namespace) {
    const type = hierarchy.options.length === 0 ? 'cgroup2' : 'cgroup'
    sys(mount('cgroup', hierarchy.name, type, whole.attributes.set, hierarchy.options.join(',')))
  } else {
    using part = boundTree(sys, hierarchy.path, { ...whole, bind: 'recursive' }, [])
    sys(moveMountTo(part, top, hierarchy.name))
  }
  // `cpu` and `cpuacct` lead to `cpu,cpuacct`, as on every host.
  const each = hierarchy.name.split(',')
  if (each.length > 1) for (const name of each) sys(symlinkat(hierarchy.name, top, name))
}

function readOnly(plan: MountPlan): MountPlan {
  const { set, clear } = plan.attributes
  const kept = clear.filter((name) => name !== 'RDONLY')
  return { ...plan, attributes: { set: [...new Set([...set, 'RDONLY' as const])], clear: kept } }
}
