// /proc of an image that is swapped for a link while the container is made: what is mounted there lands elsewhere, and
// what is written there, labels and sysctls, goes elsewhere.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'
import { Mounts, repeatedly, Swapped, victimDirectory } from './swapped.ts'

const ATTRIBUTE = 'self/attr/exec'
const SYSCTL = 'sys/net/ipv4/ip_forward'
const FILES = [ATTRIBUTE, SYSCTL]

/** Makes the files that a runtime writes in a directory that is no proc file system. */
function fakeProc(dir: string): string {
  for (const file of FILES) {
    mkdirSync(dirname(`${dir}/${file}`), { recursive: true })
    writeFileSync(`${dir}/${file}`, '')
  }
  return dir
}

function swappedProc(box: Box): Swapped {
  fakeProc(`${box.rootfs}/proc`)
  return new Swapped(box, 'proc', fakeProc(victimDirectory(box)))
}

attack({
  name: 'CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2025-54867: /proc becomes a link as it is mounted',
  prepare: (box, ending) => ({ swapped: ending.use(swappedProc(box)), mounts: new Mounts(box) }),
  naive: (box, { mounts }) =>
    naively(
      box,
      `i=0; while [ $i -lt 300 ]; do i=$((i+1));
         [ -L "$ROOTFS/proc" ] || mount -t proc proc "$ROOTFS/proc" 2>/dev/null
         grep " $VICTIM " /proc/self/mountinfo >> "$SEEN" && exit; done`,
      { VICTIM: box.path('victim'), SEEN: mounts.path },
    ),
  bunc: async (box, { mounts }) => {
    await repeatedly(() => box.run({ hooks: mounts.hooks }))
    if (!mounts.on(`${box.rootfs}/proc`)) throw new Error('Cannot see where the mounts are')
  },
  harm: (_, { swapped, mounts }) => mounts.on(swapped.victim),
})

attack({
  name: 'CVE-2025-52881, CVE-2025-62596, CVE-2019-16884: what is written to /proc goes elsewhere, as it becomes a link',
  prepare: (box, ending) => ending.use(swappedProc(box)),
  naive: (box, { victim }) =>
    naively(
      box,
      `i=0; while [ $i -lt 50000 ]; do i=$((i+1));
         [ -L "$ROOTFS/proc" ] || echo 1 2>/dev/null > "$ROOTFS/proc/${SYSCTL}"
         [ -s "$VICTIM/${SYSCTL}" ] && exit; done`,
      { VICTIM: victim },
    ),
  bunc: (box) =>
    repeatedly(() =>
      box.run({ linux: { namespaces: DEFAULT_NAMESPACES, sysctl: { 'net.ipv4.ip_forward': '1' }, maskedPaths: [] } }),
    ),
  harm: (_, { victim }) => FILES.some((file) => readFileSync(`${victim}/${file}`, 'utf8') !== ''),
})
