// A container that counts, and how tests save it and let it go on. Needs criu, which works on few hosts: tests/vm runs
// the tests of checkpoints in a machine where it does.
import { existsSync, readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { lacks, needing } from '#tests/support/container-test.ts'

/** What every test of checkpoints needs. */
export const CRIU = needing('criu')
export const CRUN = lacks('crun', 'needs libcriu.so.2, which Debian does not install with it')

/** criu is slow where the machine is. */
export const LIMIT = { limit: 60_000 }

/** Counts in memory, and tells how far it has come. Nothing of the host's is open: criu could not save that. */
const COUNT = 'exec </dev/null >/dev/null 2>&1; i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.05; done'
/** A container that counts. */
export const COUNTING = { process: { args: ['sh', '-c', COUNT] } }

/** How far the count has come. */
export function counted(box: Box): number {
  const file = `${box.rootfs}/tmp/count`
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

/** Flags that name the directories of an image. */
export function places(box: Box): string[] {
  return ['--image-path', box.path('image'), '--work-path', box.path('work')]
}

/** Saves the container. */
export function save(box: Box, ...flags: readonly string[]): Promise<string> {
  return box.ok(['checkpoint', ...places(box), ...flags, box.name], LIMIT)
}

/** Restores in the background, gives the pid. */
export async function goOn(box: Box, ...flags: readonly string[]): Promise<number> {
  const pidFile = box.path('restored.pid')
  await box.ok(
    ['restore', '--detach', '--pid-file', pidFile, '--bundle', box.bundleDir, ...places(box), ...flags, box.name],
    LIMIT,
  )
  return Number(readFileSync(pidFile, 'utf8'))
}
