// /dev of an image, and the files in it, swapped for links while the container is made without a mount on /dev.

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import type { Outcome } from '#tests/support/spawn.ts'
import { attack, naively } from './attack.ts'
import { repeatedly, Swapped, victimDirectory } from './swapped.ts'

const PRECIOUS = 'precious'
const WITHOUT_DEV = DEFAULT_MOUNTS.filter(({ destination }) => destination !== '/dev')
const WITHOUT_ANY = DEFAULT_MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'))

/** A file of the host that a file of the image leads to half of the time. */
function swappedFile(box: Box, at: string): Swapped {
  const victim = box.path('victim')
  writeFileSync(victim, PRECIOUS, { mode: 0o600 })
  return new Swapped(box, at, victim)
}

const isHarmed = (_: Box, { victim }: Swapped): boolean =>
  readFileSync(victim, 'utf8') !== PRECIOUS || statSync(victim).uid !== 0

attack({
  name: 'CVE-2025-31133, CVE-2025-62161, CVE-2026-88265: /dev/null becomes a link as it is used for masks and as stdio',
  prepare: (box, ending) => {
    rmSync(`${box.rootfs}/dev/null`, { force: true })
    Bun.spawnSync(['mknod', '-m', '666', `${box.rootfs}/dev/null`, 'c', '1', '3'])
    writeFileSync(`${box.rootfs}/masked`, '')
    return ending.use(swappedFile(box, 'dev/null'))
  },
  naive: (box, { victim }) =>
    naively(
      box,
      `i=0; while [ $i -lt 500 ]; do i=$((i+1));
         [ -L "$ROOTFS/dev/null" ] || chown 1000 "$ROOTFS/dev/null"
         [ "$(stat -c %u "$VICTIM")" = 0 ] || exit; done`,
      { VICTIM: victim },
    ),
  bunc: (box) =>
    repeatedly(() =>
      box.run({
        mounts: WITHOUT_ANY,
        linux: { maskedPaths: ['/masked'] },
        process: { args: ['sh', '-c', 'echo taken > /masked; true'], user: { uid: 1000, gid: 1000 } },
      }),
    ),
  harm: isHarmed,
})

attack({
  name: 'CVE-2025-52565, CVE-2026-88264: /dev/console becomes a link as the terminal is put there',
  prepare: (box, ending) => {
    closeSync(openSync(`${box.rootfs}/dev/console`, 'a'))
    return ending.use(swappedFile(box, 'dev/console'))
  },
  naive: (box, { victim }) =>
    naively(
      box,
      `i=0; while [ $i -lt 2000 ]; do i=$((i+1));
         [ -L "$ROOTFS/dev/console" ] || echo taken 2>/dev/null >> "$ROOTFS/dev/console"
         grep -q taken "$VICTIM" && exit; done`,
      { VICTIM: victim },
    ),
  bunc: (box) => repeatedly(() => withTerminal(box)),
  harm: isHarmed,
})

/** Runs a container whose program writes to its console. */
async function withTerminal(box: Box): Promise<Outcome> {
  rmSync(box.path('console.sock'), { force: true })
  using socket = new ConsoleSocket(box.dir)
  const args = ['sh', '-c', 'echo taken > /dev/console']
  box.configure({ mounts: WITHOUT_DEV, process: { terminal: true, args } })
  const flags = ['--detach', '--console-socket', socket.path, '--bundle', box.bundleDir]
  const outcome = await box.call(['run', ...flags, box.name])
  if (outcome.code === 0) await box.ok(['delete', '--force', box.name])
  return outcome
}

attack({
  name: 'CVE-2026-41579, CVE-2026-47766: /dev becomes a link as its links and devices are made',
  prepare: (box, ending) => {
    mkdirSync(`${box.rootfs}/dev`, { recursive: true })
    return ending.use(new Swapped(box, 'dev', victimDirectory(box)))
  },
  naive: (box, { victim }) =>
    naively(
      box,
      `i=0; while [ $i -lt 500 ]; do i=$((i+1));
         [ -L "$ROOTFS/dev" ] || ln -s /proc/self/fd "$ROOTFS/dev/fd-$i" 2>/dev/null
         [ -n "$(ls "$VICTIM")" ] && exit; done`,
      { VICTIM: victim },
    ),
  bunc: (box) => repeatedly(() => box.run({ mounts: WITHOUT_ANY })),
  harm: (_, { victim }) => readdirSync(victim).length > 0,
})
