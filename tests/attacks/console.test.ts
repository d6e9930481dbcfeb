// CVE-2025-52565: what the image, or a container beside it, has put in the place of a terminal is bound over /dev/console
// before anything is masked.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'

import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'

const PRECIOUS = 'precious'
const WITHOUT_DEV = DEFAULT_MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'))

attack({
  name: 'CVE-2025-52565: /dev/console is the file of the host that a false terminal leads to',
  prepare: (box) => {
    const victim = box.path('victim')
    writeFileSync(victim, PRECIOUS)
    mkdirSync(`${box.rootfs}/dev/pts`)
    writeFileSync(`${box.rootfs}/dev/console`, '')
    for (let number = 0; number < 10; number++) symlinkSync(victim, `${box.rootfs}/dev/pts/${number}`)
    writeFileSync(`${box.rootfs}/dev/pts/ptmx`, '')
    return victim
  },
  naive: (box) =>
    naively(
      box,
      `mount --bind "$ROOTFS/dev/pts/0" "$ROOTFS/dev/console"; chroot "$ROOTFS" sh -c 'echo taken > /dev/console'`,
    ),
  bunc: async (box) => {
    using socket = new ConsoleSocket(box.dir)
    const args = ['sh', '-c', 'echo taken > /dev/console']
    box.configure({ mounts: WITHOUT_DEV, process: { terminal: true, args } })
    const flags = ['--detach', '--console-socket', socket.path, '--bundle', box.bundleDir]
    return await box.call(['run', ...flags, box.name])
  },
  refusal: /cannot allocate a terminal/,
  harm: (_, victim) => readFileSync(victim, 'utf8') !== PRECIOUS,
})
