// `checkpoint` and `restore`: a container that is saved to files, and goes on from them. criu must work on the host for
// that, which it does on few: tests/vm runs this file in a machine where it does.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import { containerTest, lacks, needing } from '#tests/support/container-test.ts'
import type { Box } from '#tests/support/box.ts'
import { eventually } from '#tests/support/eventually.ts'

const CRIU = needing('criu')

/** criu is slow where the machine is. */
const LIMIT = { limit: 60_000 }

/** Counts in memory, and tells how far it has come. Nothing of the host's is open: criu could not save that. */
const COUNT = 'exec </dev/null >/dev/null 2>&1; i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.05; done'
const COUNTING = { process: { args: ['sh', '-c', COUNT] } }

function counted(box: Box): number {
  const file = `${box.rootfs}/tmp/count`
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

function places(box: Box): string[] {
  return ['--image-path', box.path('image'), '--work-path', box.path('work')]
}

function save(box: Box, ...flags: readonly string[]): Promise<string> {
  return box.ok(['checkpoint', ...places(box), ...flags, box.name], LIMIT)
}

/** Restores in the background, gives the pid. */
async function goOn(box: Box, ...flags: readonly string[]): Promise<number> {
  const pidFile = box.path('restored.pid')
  await box.ok(
    ['restore', '--detach', '--pid-file', pidFile, '--bundle', box.bundleDir, ...places(box), ...flags, box.name],
    LIMIT,
  )
  return Number(readFileSync(pidFile, 'utf8'))
}

containerTest(
  'a container that counts goes on counting after a restore',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box)
    const saved = counted(box)
    expect(box.stateIds()).toEqual([])
    await Bun.sleep(200)
    expect(counted(box)).toBe(saved)
    const pid = await goOn(box)
    await eventually('the count to go on', () => counted(box) > saved)
    expect(counted(box)).toBeLessThan(saved + 1000)
    expect(await box.state()).toMatchObject({ status: 'running', pid })
    expect((await box.exec(['sh', '-c', 'cat /proc/1/comm; exit 3'])).code).toBe(3)
    await box.ok(['kill', box.name, 'KILL'])
    await box.reaches('stopped')
    await box.ok(['delete', box.name])
  },
  CRIU,
)
