// Many containers, one after the other and at once, and many commands on one container: nothing is left, nothing
// gets stuck, and of commands that exclude each other one wins. Prints how many cycles a second each runtime makes.

import { afterAll, expect } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'

import { Box, succeeded, WAIT } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { figure } from '#tests/support/figures.ts'
import { needs } from '#tests/support/needs.ts'
import { type Runtime, runtimes } from '#tests/support/runtime.ts'
import { extent } from '#tests/support/soak.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'

const { test } = needs('root', 'busybox', 'bunc')
const LIMIT = extent(80_000, 3_600_000)
const SEQUENTIAL = extent(200, 2_000)
const AT_ONCE = extent(40, 200)
/** What a peer makes in the same run, to be compared with. */
const OF_PEERS = extent(30, 300)
const PATIENCE = { limit: 60_000 }

const figures: string[] = []
afterAll(() => figures.forEach((text) => figure(text)))

async function inBox(runtime: Runtime, body: (box: Box) => Promise<void>): Promise<void> {
  const box = new Box(runtime)
  const mounts = mountsNow()
  const open = readdirSync('/proc/self/fd').length
  try {
    await body(box)
    await box.assertClean()
    expect(mountsNow()).toBe(mounts)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(open + 2)
  } finally {
    await box.destroy()
  }
}

const mountsNow = () => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length

/** The life of a container in four commands. Its bundle has a config.json for each, as each has a cgroup of its own. */
async function cycle(box: Box, id: string): Promise<void> {
  const file = `${box.bundleDir}-${id}`
  await box.ok(['create', '--bundle', file, id], PATIENCE)
  await box.ok(['start', id], PATIENCE)
  await box.ok(['exec', id, 'true'], PATIENCE)
  await box.ok(['delete', '--force', id], PATIENCE)
}

async function bundleFor(box: Box, id: string): Promise<void> {
  await Bun.$`mkdir ${box.bundleDir}-${id}`.quiet()
  const changed = { process: { args: WAIT }, root: { path: box.rootfs } }
  writeConfig(`${box.bundleDir}-${id}`, merge(defaultSpec(id), changed))
}

for (const runtime of runtimes) {
  const count = runtime.name === 'bunc' ? SEQUENTIAL : OF_PEERS
  test(
    `${runtime.name}: ${count} containers one after the other`,
    () =>
      inBox(runtime, async (box) => {
        await bundleFor(box, box.name)
        const began = performance.now()
        const times: number[] = []
        for (let i = 0; i < count; i++) {
          const start = performance.now()
          await cycle(box, box.name)
          times.push(performance.now() - start)
        }
        tell(runtime, 'one after the other', count, began)
        // What piles up makes the last ones slower, and so does a busy machine: people are to judge.
        const fastest = (part: readonly number[]) => Math.min(...part).toFixed(0)
        figures.push(
          `${runtime.name}: fastest of the first 20: ${fastest(times.slice(0, 20))} ms, of the last 20: ${fastest(times.slice(-20))} ms`,
        )
      }),
    LIMIT,
  )

  test(
    `${runtime.name}: ${AT_ONCE} containers at once`,
    () =>
      inBox(runtime, async (box) => {
        const ids = Array.from({ length: AT_ONCE }, (_, i) => `${box.name}-${i}`)
        for (const id of ids) await bundleFor(box, id)
        const began = performance.now()
        await Promise.all(ids.map((id) => cycle(box, id)))
        tell(runtime, 'at once', AT_ONCE, began)
      }),
    LIMIT,
  )
}

function tell({ name, version }: Runtime, how: string, count: number, began: number): void {
  const seconds = (performance.now() - began) / 1_000
  figures.push(
    `${name} ${version}: ${count} cycles of create, start, exec, delete ${how}: ${(count / seconds).toFixed(1)}/s`,
  )
}

test(
  'commands on one container come one after the other, and each answers',
  async () => {
    const bunc = runtimes.find(({ name }) => name === 'bunc')
    if (bunc === undefined) throw new Error('Cannot test what is not built')
    await inBox(bunc, async (box) => {
      for (let round = 0; round < extent(15, 50); round++) {
        box.configure({ process: { args: WAIT } })
        const creates = await all(box, 4, ['create', '--bundle', box.bundleDir, box.name])
        expect(creates.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1])
        const starts = await all(box, 4, ['start', box.name])
        expect(starts.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1])
        const mixed = await Promise.all([
          all(box, 4, ['exec', '--ignore-paused', box.name, 'true']),
          all(box, 3, ['state', box.name]),
          all(box, 2, ['update', '--pids-limit', '50', box.name]),
          all(box, 2, ['list']),
          all(box, 2, ['ps', box.name]),
        ])
        for (const outcome of mixed.flat()) succeeded(outcome)
        for (const outcome of await Promise.all([all(box, 3, ['pause', box.name]), all(box, 3, ['resume', box.name])]))
          for (const { stderr } of outcome) expect(stderr).not.toMatch(/Internal fault|SyscallError|= E[A-Z]+/)
        await box.call(['resume', box.name])
        const deletes = await all(box, 4, ['delete', '--force', box.name])
        expect(deletes.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(['0 ', '0 ', '0 ', '0 '])
      }
    })
  },
  LIMIT,
)

function all(box: Box, count: number, args: readonly string[]) {
  return Promise.all(Array.from({ length: count }, () => box.call(args, PATIENCE)))
}
