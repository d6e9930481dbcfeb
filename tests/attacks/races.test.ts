// A process that shares a volume with the container to be swaps a directory of it for a link, again and again, between
// what a runtime checks and what it does.

import { mkdirSync, readdirSync, rmSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'
import { Mounts, repeatedly, Swapped, victimDirectory } from './swapped.ts'

/** A directory of a volume, `volume/at`, that is a link to the host half of the time. */
function swappedVolume(box: Box): Swapped {
  const victim = victimDirectory(box)
  mkdirSync(`${victim}/inner`)
  mkdirSync(`${box.rootfs}/volume/at/inner`, { recursive: true })
  return new Swapped(box, 'volume/at', victim)
}

attack({
  name: 'CVE-2024-45310, CVE-2019-18837: directories for a mount are made on the host, as a parent becomes a link',
  prepare: (box, ending) => ending.use(swappedVolume(box)),
  naive: (box) =>
    naively(
      box,
      `i=0; while [ $i -lt 2000 ]; do i=$((i+1));
         [ -L "$ROOTFS/volume/at" ] || mkdir -p "$ROOTFS/volume/at/made" 2>/dev/null
         [ -e "${'$'}{VICTIM}/made" ] && exit; done`,
      { VICTIM: box.path('victim') },
    ),
  bunc: (box) => withMountAt(box, '/volume/at/made'),
  harm: (_, { victim }) => readdirSync(victim).includes('made'),
})

attack({
  name: 'CVE-2021-30465: a mount lands on the host, as its target becomes a link',
  prepare: (box, ending) => ({ swapped: ending.use(swappedVolume(box)), mounts: new Mounts(box) }),
  naive: (box, { mounts }) =>
    naively(
      box,
      `i=0; while [ $i -lt 300 ]; do i=$((i+1));
         [ -L "$ROOTFS/volume/at" ] || mount -t tmpfs none "$ROOTFS/volume/at/inner" 2>/dev/null
         grep " $VICTIM" /proc/self/mountinfo >> "$SEEN" && exit; done`,
      { VICTIM: box.path('victim'), SEEN: mounts.path },
    ),
  bunc: async (box, { mounts }) => {
    await withMountAt(box, '/volume/at/inner', mounts.hooks)
    if (!mounts.on(`${box.rootfs}/volume/at/inner`)) throw new Error('Cannot see where the mounts are')
  },
  harm: (_, { swapped, mounts }) => mounts.on(`${swapped.victim}/`),
})

/** Makes containers with a mount at a path that is swapped. */
async function withMountAt(box: Box, destination: string, hooks = {}): Promise<void> {
  await repeatedly(() => {
    rmSync(`${box.rootfs}${box.path('victim')}`, { recursive: true, force: true })
    return box.run({ mounts: [...DEFAULT_MOUNTS, { destination, type: 'tmpfs', source: 'tmpfs' }], hooks })
  })
}
