// A host that has run out of something: space for the state, descriptors, memory for the container. One clear line each
// time, and nothing left.

import { expect } from 'bun:test'
import { mkdirSync } from 'node:fs'

import { Box } from '#tests/support/box.ts'
import { figure } from '#tests/support/figures.ts'
import { leftovers } from '#tests/support/leaks.ts'
import { needs } from '#tests/support/needs.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { runtimes } from '#tests/support/runtime.ts'
import type { Outcome } from '#tests/support/spawn.ts'

const { test } = needs('root', 'busybox', 'bunc')
const LIMIT = 60_000

/** Runs bunc behind a line of shell, in a mount namespace of its own; "$@" is the command line. */
function behind(box: Box, script: string, ...words: readonly string[]): Promise<Outcome> {
  const bunc = [...box.runtime.argv, '--root', box.root, ...words]
  return box.program(['unshare', '--mount', 'sh', '-c', `${script}; exec "$@"`, 'sh', ...bunc])
}

async function inBox(body: (box: Box) => Promise<void>): Promise<void> {
  const bunc = runtimes.find(({ name }) => name === 'bunc')
  if (bunc === undefined) throw new Error('Cannot test what is not built')
  const box = new Box(bunc)
  try {
    await body(box)
    await box.deleteContainers()
    await box.assertClean()
  } finally {
    await box.destroy()
  }
}

const run = (box: Box) => ['run', '--bundle', box.bundleDir, box.name]
const left = (box: Box) => leftovers({ name: box.name, sessions: [] })

for (const [what, options, errno] of [
  ['no space for a byte', 'size=4k,nr_inodes=3', /ENOSPC/],
  ['no inode', 'size=1m,nr_inodes=1', /ENOSPC/],
  ['no inode for the second file', 'size=1m,nr_inodes=3', /ENOSPC/],
  ['no right to write', 'ro', /EROFS/],
] as const)
  test(
    `a state directory with ${what} is one clear line`,
    () =>
      inBox(async (box) => {
        mkdirSync(box.root)
        box.configure()
        assertRefused(await behind(box, `mount -t tmpfs -o ${options} none ${box.root}`, ...run(box)), errno)
        expect(left(box)).toEqual([])
      }),
    LIMIT,
  )

test(
  'a pid file for which there is no space is one clear line',
  () =>
    inBox(async (box) => {
      box.configure()
      const [command = '', ...words] = run(box)
      mkdirSync(box.path('full'))
      const full = `mount -t tmpfs -o size=1m,nr_inodes=1 none ${box.path('full')}`
      assertRefused(await behind(box, full, command, '--pid-file', box.path('full', 'pid'), ...words), /ENOSPC/)
      expect(left(box)).toEqual([])
    }),
  LIMIT,
)

test(
  'with too few descriptors a command works or is one clear line',
  () =>
    inBox(async (box) => {
      // A limit of its own is more than bunc may give here, without CAP_SYS_RESOURCE.
      box.configure({ process: { rlimits: null } })
      const refused: number[] = []
      for (let limit = 16; limit <= 64; limit += 4) {
        const outcome = await behind(box, `ulimit -n ${limit}`, ...run(box))
        if (outcome.code !== 0) assertRefused(outcome, /EMFILE|ENFILE|too many open files/)
        if (outcome.code !== 0) refused.push(limit)
        expect(left(box)).toEqual([])
      }
      figure(`descriptors: refused with a limit of ${refused.join(', ') || 'none of these limits'}`)
    }),
  LIMIT,
)

test(
  'a memory limit in which nothing can run is one clear line',
  () =>
    inBox(async (box) => {
      for (const limit of [4096, 65_536, 262_144]) {
        const outcome = await box.run({ linux: { resources: { memory: { limit } } } })
        // The kernel may need so little for a program that does nothing, or end the program itself.
        if (outcome.code !== 0 && outcome.code !== 137) assertRefused(outcome, /memory|OOM|ENOMEM|EBUSY/)
        expect(outcome.stderr).not.toMatch(/Internal fault/)
        expect(left(box)).toEqual([])
      }
    }),
  LIMIT,
)
