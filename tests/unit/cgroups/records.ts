// The cgroup of one container, as each of the three layouts of a host has it.

import type { CgroupRecord, Hierarchy } from '#src/cgroups/record.ts'

/** A hierarchy of version 1, mounted where every distribution mounts it. */
export function legacy(path: string, ...controllers: readonly string[]): Hierarchy {
  const mount = `/sys/fs/cgroup/${controllers.join().replace('name=', '')}`
  return { version: 1, controllers, mount, path: `${mount}${path}` }
}

/** Version 2 alone. */
export const UNIFIED: CgroupRecord = {
  driver: 'cgroupfs',
  hierarchies: [{ version: 2, controllers: [], mount: '/sys/fs/cgroup', path: '/sys/fs/cgroup/docker/c1' }],
}

/** Version 1 alone. */
export const LEGACY: CgroupRecord = {
  driver: 'cgroupfs',
  hierarchies: [
    legacy('/docker/c1', 'cpu', 'cpuacct'),
    legacy('/docker/c1', 'cpuset'),
    legacy('/docker/c1', 'memory'),
    legacy('/docker/c1', 'pids'),
    legacy('/docker/c1', 'blkio'),
    legacy('/docker/c1', 'freezer'),
    legacy('/docker/c1', 'name=systemd'),
  ],
}

/** Both: some controllers in version 1, those that are left over in version 2. */
export const HYBRID: CgroupRecord = {
  driver: 'cgroupfs',
  hierarchies: [
    legacy('/docker/c1', 'memory'),
    legacy('/docker/c1', 'freezer'),
    {
      version: 2,
      controllers: [],
      mount: '/sys/fs/cgroup/unified',
      path: '/sys/fs/cgroup/unified/docker/c1',
    },
  ],
}

/** A container that was to have no cgroup. */
export const NONE: CgroupRecord = { driver: 'disabled', hierarchies: [] }
