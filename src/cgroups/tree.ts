// A container's cgroups as its root file system needs them: what to mount on /sys/fs/cgroup. Mounts nothing.

import type { Sys } from '#ffi/call.ts'
import { callersCgroup } from './plan.ts'
import type { CgroupRecord, Hierarchy } from './record.ts'

/** One hierarchy to be mounted. */
export interface TreeHierarchy {
  /** Name of its directory below /sys/fs/cgroup: `memory`, `cpu,cpuacct`, `systemd`, `unified`. */
  readonly name: string
  /** Options that mount it anew; none for version 2. */
  readonly options: readonly string[]
  /** The container's own directory on the host. */
  readonly path: string
}

/** What a container sees of its cgroups. */
export interface CgroupTree {
  readonly version: 1 | 2
  /** Its own directory on the host, where version 2 is the only one. */
  readonly path: string
  /** Its own directories on the host, where version 1 is mounted. */
  readonly hierarchies: readonly TreeHierarchy[]
  /** Whether it has a cgroup namespace of its own. */
  readonly namespace: boolean
  /** Whether the cgroups are somebody else's: the container has none. */
  readonly foreign: boolean
}

/** Takes a container's cgroup, and whether it has a cgroup namespace; one without cgroup is in that of its caller. */
export function cgroupTree(sys: Sys, record: CgroupRecord, namespace: boolean): CgroupTree {
  const foreign = record.hierarchies.length === 0
  const { hierarchies } = foreign ? callersCgroup(sys) : record
  const [first] = hierarchies
  if (hierarchies.length === 1 && first?.version === 2)
    return { version: 2, path: first.path, hierarchies: [], namespace, foreign }
  return { version: 1, path: '', hierarchies: hierarchies.map(inTree), namespace, foreign }
}

function inTree({ version, controllers, mount, path }: Hierarchy): TreeHierarchy {
  const name = mount.slice(mount.lastIndexOf('/') + 1)
  if (version === 2) return { name, options: [], path }
  // A hierarchy that has a name alone must be said to have no controllers.
  const named = controllers.every((controller) => controller.startsWith('name='))
  return { name, options: named ? ['none', ...controllers] : controllers, path }
}
