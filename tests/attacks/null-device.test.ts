// A /dev/null of the image that is something else: masks are made of it, and stdio is opened from it.

import { chmodSync, chownSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { attack, naively, printedBy } from './attack.ts'

const WITHOUT_DEV = DEFAULT_MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'))
const PRECIOUS = 'precious'

/** Makes a file of the host, and a link to it in the place of /dev/null; gives the file. */
function linkedNull(box: Box, target?: string): string {
  const victim = box.path('victim')
  writeFileSync(victim, PRECIOUS)
  rmSync(`${box.rootfs}/dev/null`, { force: true })
  symlinkSync(target ?? victim, `${box.rootfs}/dev/null`)
  return victim
}

attack({
  name: 'CVE-2025-31133, CVE-2025-62161: a masked path is the file of the host that /dev/null leads to, and can be written',
  prepare: (box) => {
    writeFileSync(`${box.rootfs}/masked`, '')
    return linkedNull(box)
  },
  naive: (box) =>
    naively(box, 'mount --bind "$ROOTFS/dev/null" "$ROOTFS/masked"; chroot "$ROOTFS" sh -c "echo taken > /masked"'),
  bunc: (box) =>
    box.run({
      mounts: WITHOUT_DEV,
      linux: { maskedPaths: ['/masked'] },
      process: { args: ['sh', '-c', 'echo taken > /masked'] },
    }),
  refusal: /"\/dev\/null" exists in the container's root and is another file/,
  harm: (_, victim) => readFileSync(victim, 'utf8') !== PRECIOUS,
})

attack({
  name: 'CVE-2025-31133, CVE-2025-62161: without /dev/null nothing is masked, and nobody says so',
  prepare: (box) => {
    writeFileSync(`${box.rootfs}/masked`, PRECIOUS)
    linkedNull(box, '/nowhere/at/all')
  },
  naive: (box) =>
    naively(box, 'mount --bind "$ROOTFS/dev/null" "$ROOTFS/masked" 2>/dev/null; chroot "$ROOTFS" cat /masked'),
  bunc: (box) =>
    box.run({ mounts: WITHOUT_DEV, linux: { maskedPaths: ['/masked'] }, process: { args: ['cat', '/masked'] } }),
  refusal: /"\/dev\/null" exists in the container's root and is another file/,
  harm: (_, __, given) => printedBy(given).includes(PRECIOUS),
})

attack({
  name: 'CVE-2026-88265: the file of the host that /dev/null leads to is given to the user of the container',
  prepare: (box) => {
    const victim = linkedNull(box)
    chownSync(victim, 0, 0)
    chmodSync(victim, 0o600)
    return victim
  },
  naive: (box) => naively(box, 'chown 1000 "$ROOTFS/dev/null"'),
  bunc: (box) => box.run({ mounts: WITHOUT_DEV, process: { user: { uid: 1000, gid: 1000 } } }),
  refusal: /"\/dev\/null" exists in the container's root and is another file/,
  harm: (_, victim) => statSync(victim).uid !== 0,
})
