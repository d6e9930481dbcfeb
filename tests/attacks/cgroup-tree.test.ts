// CVE-2023-25809: in a user namespace and without a cgroup namespace, the cgroups of the host can be written below
// /sys/fs/cgroup, although the mount is to be read-only.

import { existsSync, readdirSync, rmdirSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'

const READ_ONLY = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
}
const SAME_IDS = [{ containerID: 0, hostID: 0, size: 65_536 }]

/** Makes a cgroup in each directory that may be one. */
const script = (box: Box) =>
  `for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $dir/${box.name}-escaped && echo made; done 2>/dev/null; true`

/** Where the cgroups of the attacker are. */
function escaped(box: Box): string[] {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`)]
  const own = roots.map((root) => `${root}/${box.name}`)
  return [...roots, ...own].map((dir) => `${dir}/${box.name}-escaped`).filter((path) => existsSync(path))
}

attack({
  name: 'CVE-2023-25809: cgroups of the host are made from a container in a user namespace',
  prepare: () => undefined,
  naive: (box) => naively(box, `mount --rbind /sys "$ROOTFS/sys"; chroot "$ROOTFS" sh -c '${script(box)}'`),
  bunc: (box) =>
    box.run({
      mounts: [...DEFAULT_MOUNTS, READ_ONLY],
      process: { args: ['sh', '-c', script(box)] },
      linux: {
        namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
        uidMappings: SAME_IDS,
        gidMappings: SAME_IDS,
      },
    }),
  harm: (box, _, given) => {
    const found = escaped(box)
    for (const path of found) rmdirSync(path)
    return found.length > 0 || /made/.test(JSON.stringify(given))
  },
})
