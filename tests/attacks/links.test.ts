// Links in an image that point out of it, where a runtime makes files, directories and mounts.

import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'

/** Makes an empty directory of the host, and a link to it in the image; gives the directory. */
function victimBehind(box: Box, link: string, below = ''): string {
  const victim = box.path('victim')
  mkdirSync(victim)
  // Where the link leads to within the image, so that it is no dead end there.
  mkdirSync(`${box.rootfs}${victim}`, { recursive: true })
  rmSync(`${box.rootfs}/${link}`, { recursive: true, force: true })
  symlinkSync(`${victim}${below}`, `${box.rootfs}/${link}`)
  return victim
}

const isTouched = (_: Box, victim: string): boolean => readdirSync(victim).length > 0
const WITHOUT_DEV = DEFAULT_MOUNTS.filter(({ destination }) => destination !== '/dev')

attack({
  name: 'CVE-2019-18837: the target of a mount is made behind a link, on the host',
  prepare: (box) => victimBehind(box, 'mnt'),
  naive: (box) => naively(box, 'mkdir -p "$ROOTFS/mnt/made" && mount -t tmpfs none "$ROOTFS/mnt/made"'),
  bunc: (box) => box.run({ mounts: [...DEFAULT_MOUNTS, { destination: '/mnt/made', type: 'tmpfs', source: 'tmpfs' }] }),
  harm: isTouched,
})

attack({
  name: 'CVE-2025-24965: the file that configures a virtual machine is written behind a link, on the host',
  prepare: (box) => {
    const victim = victimBehind(box, '.krun_config.json', '/config')
    writeFileSync(`${box.rootfs}${victim}/config`, '')
    return victim
  },
  naive: (box) => naively(box, 'echo "{}" > "$ROOTFS/.krun_config.json"'),
  bunc: (box) => box.run({ annotations: { 'run.oci.handler': 'krun' } }),
  harm: isTouched,
})

attack({
  name: 'CVE-2026-41579, CVE-2026-47766: the links of /dev are made behind a link, on the host',
  prepare: (box) => victimBehind(box, 'dev'),
  naive: (box) => naively(box, 'ln -s /proc/self/fd "$ROOTFS/dev/fd"; ln -s pts/ptmx "$ROOTFS/dev/ptmx"'),
  bunc: (box) => box.run({ mounts: WITHOUT_DEV }),
  harm: isTouched,
})

attack({
  name: 'CVE-2026-88264: /dev/console without a mount on /dev is made behind a link, on the host',
  prepare: (box) => {
    const victim = victimBehind(box, 'dev/console', '/console')
    writeFileSync(`${box.rootfs}${victim}/console`, '')
    return victim
  },
  naive: (box) => naively(box, ': >> "$ROOTFS/dev/console"'),
  bunc: async (box) => {
    using socket = new ConsoleSocket(box.dir)
    box.configure({ mounts: WITHOUT_DEV, process: { terminal: true } })
    const flags = ['--console-socket', socket.path, '--bundle', box.bundleDir]
    return await box.call(['create', ...flags, box.name])
  },
  harm: isTouched,
})
