// A /proc that is not what it seems: what a runtime writes there (labels, sysctls) goes elsewhere, and what it hides there
// stays visible.

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import { dirname } from 'node:path'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import { attack, naively, printedBy } from './attack.ts'

const ATTRIBUTE = 'self/attr/exec'
const SYSCTL = 'sys/net/ipv4/ip_forward'

/** Makes a directory that looks like a proc file system where a runtime writes; gives its path. */
function fakeProc(box: Box): string {
  const fake = box.path('fake')
  for (const file of [ATTRIBUTE, SYSCTL]) {
    mkdirSync(dirname(`${fake}/${file}`), { recursive: true })
    writeFileSync(`${fake}/${file}`, '')
  }
  return fake
}

const OTHERS = DEFAULT_MOUNTS.filter(({ destination }) => destination !== '/proc')

attack({
  name: 'CVE-2019-16884, CVE-2025-52881: what is written to /proc goes to a volume that lies there',
  prepare: fakeProc,
  naive: (box, fake) =>
    naively(box, `mount --bind "$FAKE" "$ROOTFS/proc"; echo 1 > "$ROOTFS/proc/${SYSCTL}"`, { FAKE: fake }),
  bunc: (box, fake) =>
    box.run({
      mounts: [...OTHERS, { destination: '/proc', type: 'bind', source: fake, options: ['rbind'] }],
      linux: { namespaces: DEFAULT_NAMESPACES, sysctl: { 'net.ipv4.ip_forward': '1' }, maskedPaths: [] },
    }),
  harm: (_, fake) => [ATTRIBUTE, SYSCTL].some((file) => readFileSync(`${fake}/${file}`, 'utf8') !== ''),
})

/** Puts a link in the place of /proc of an image; gives the directory of the host that it leads to. */
function linkedProc(box: Box, name: string): string {
  const victim = box.path('victim')
  mkdirSync(victim)
  rmSync(`${box.rootfs}/${name}`, { recursive: true })
  symlinkSync(victim, `${box.rootfs}/${name}`)
  return victim
}

for (const name of ['proc', 'sys'])
  attack({
    name: `CVE-2025-54867: /${name} of the image is a link, and is mounted over a directory of the host`,
    prepare: (box) => {
      const seen = box.path('seen')
      const script = `#!/bin/sh\npid=$(sed 's/.*"pid": *\\([0-9]*\\).*/\\1/'); cat /proc/$pid/mountinfo >> ${seen}\n`
      writeFileSync(seen, '')
      writeFileSync(box.path('hook'), script, { mode: 0o755 })
      return linkedProc(box, name)
    },
    naive: (box) =>
      naively(
        box,
        `mount -t ${name}${name === 'sys' ? 'fs' : ''} none "$ROOTFS/${name}"; cat /proc/self/mountinfo > "$SEEN"`,
        {
          SEEN: box.path('seen'),
        },
      ),
    bunc: (box) => box.run({ hooks: { createRuntime: [{ path: box.path('hook') }] } }),
    refusal: /"\/(proc|sys)" is a symbolic link in the container's root, which is not allowed here/,
    harm: (box, victim) => readFileSync(box.path('seen'), 'utf8').includes(` ${victim} `),
  })

attack({
  name: 'CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: /proc is a link within the image, and what is masked is not',
  // The mount follows the link to /elsewhere; then the link is gone, and masks find nothing at /proc. Whoever races with
  // the runtime does that in between; here /proc leads to a link that leads on, which comes to the same.
  prepare: (box) => {
    rmSync(`${box.rootfs}/proc`, { recursive: true })
    mkdirSync(`${box.rootfs}/elsewhere`)
    symlinkSync('elsewhere', `${box.rootfs}/proc`)
  },
  naive: (box) =>
    naively(
      box,
      `mount -t proc proc "$ROOTFS/proc"; rm "$ROOTFS/proc"; mkdir "$ROOTFS/proc"
       mount --bind /dev/null "$ROOTFS/proc/timer_list" 2>/dev/null
       chroot "$ROOTFS" sh -c 'for at in /proc /elsewhere; do test -e $at/version && echo proc at $at; done'`,
    ),
  bunc: (box) =>
    box.run({
      process: { args: ['sh', '-c', 'for at in /proc /elsewhere; do test -e $at/version && echo proc at $at; done'] },
    }),
  refusal: /"\/(proc|sys)" is a symbolic link in the container's root, which is not allowed here/,
  harm: (_, __, given) => printedBy(given).includes('/elsewhere'),
})
