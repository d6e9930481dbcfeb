// CVE-2024-21626: a descriptor of a host directory that a runtime has left open is reached as /proc/self/fd/N, by the
// working directory or by the path of the program.

import { symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { attack, naively, printedBy } from './attack.ts'

const DESCRIPTORS = Array.from({ length: 30 }, (_, i) => i + 3)
const SECRET = 'a secret of the host'

/** Puts a secret on the host, and says how it is reached from any of its directories. */
function secret(box: Box): string {
  writeFileSync(box.path('secret'), SECRET)
  return `../../../../../../../../../..${box.path('secret')}`
}

const isTold = (_: Box, __: string, given: unknown): boolean => printedBy(given).includes(SECRET)

/** What the commands printed, one after the other. */
async function all(outcomes: readonly (() => Promise<{ readonly stdout: string }>)[]): Promise<{ stdout: string }> {
  let stdout = ''
  for (const outcome of outcomes) stdout += (await outcome()).stdout
  return { stdout }
}

/** Enters the container with a directory of the host open, and goes to a directory or runs a program that it is told. */
const naive = (box: Box, cwd: string, command: string) =>
  naively(box, `mount -t proc proc "$ROOTFS/proc"; exec 7< /; exec chroot "$ROOTFS" sh -c 'cd ${cwd} && ${command}'`)

attack({
  name: 'CVE-2024-21626: the working directory of a container is a leaked directory of the host',
  prepare: secret,
  naive: (box, path) => naive(box, '/proc/self/fd/7', `cat ${path}`),
  bunc: (box, path) =>
    all(
      DESCRIPTORS.map(
        (number) => () => box.run({ process: { cwd: `/proc/self/fd/${number}`, args: ['/bin/cat', path] } }),
      ),
    ),
  harm: isTold,
})

attack({
  name: 'CVE-2024-21626: the working directory of exec is a link to a leaked directory of the host',
  prepare: (box) => {
    for (const number of DESCRIPTORS) symlinkSync(`/proc/self/fd/${number}`, `${box.rootfs}/at-${number}`)
    return secret(box)
  },
  naive: (box, path) => naive(box, '/at-7', `cat ${path}`),
  bunc: async (box, path) => {
    await box.running()
    return all(DESCRIPTORS.map((number) => () => box.exec(['cat', path], ['--cwd', `/at-${number}`])))
  },
  harm: isTold,
})

attack({
  name: 'CVE-2024-21626: the program of a container lies behind a leaked directory of the host',
  prepare: (box) => {
    writeFileSync(box.path('program'), `#!/bin/sh\necho ${SECRET}\n`, { mode: 0o755 })
    return box.path('program')
  },
  naive: (box, path) => naive(box, '/', `/proc/self/fd/7${path}`),
  bunc: async (box, path) => {
    await box.running()
    return all(DESCRIPTORS.map((number) => () => box.exec([`/proc/self/fd/${number}${path}`])))
  },
  harm: isTold,
})
