// bunc is killed (SIGKILL) at every round trip of create and run and at every few of its own system calls: the task dies
// with it unless the container is finished, `list` and `state` go on, and `delete --force` takes away what there is.

import { afterAll, expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Box, WAIT } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { eventually } from '#tests/support/eventually.ts'
import { figure } from '#tests/support/figures.ts'
import { leftovers, processesOf } from '#tests/support/leaks.ts'
import { needs } from '#tests/support/needs.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { extent } from '#tests/support/soak.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'

const { test } = needs('root', 'busybox', 'bunc')
const LIMIT = extent(80_000, 1_800_000)
const ROOT = join(import.meta.dir, '../..')
/** Of its own system calls bunc is killed before each so many-th. */
const EVERY = extent(10, 1)
const KILLED = 128 + 9

let kills = 0
afterAll(() => figure(`kill -9: ${kills} times`))

for (const [name, args] of Object.entries({ create: ['create'], run: ['run', '--detach'] }))
  test(`${name}: killed at any moment, it leaves nothing that delete --force cannot remove`, () => killAll(args), LIMIT)

async function killAll(args: readonly string[]): Promise<void> {
  const bunc = runtimes.find((runtime) => runtime.name === 'bunc')
  if (bunc === undefined) throw new Error('Cannot test what is not built')
  const box = new Box(bunc)
  const victim = `${box.name}-victim`
  const words = ['--root', box.root, ...args, '--bundle', box.bundleDir, victim]
  try {
    const other = `${box.name}-other`
    writeConfig(box.bundleDir, spec(other))
    await box.ok(['create', '--bundle', box.bundleDir, other])
    writeConfig(box.bundleDir, spec(victim))
    const moments = await momentsOf(box, words)
    await box.ok(['delete', '--force', victim])
    for (const nth of chosen(moments)) await killOnce(box, { nth, words, victim, other })
    await box.ok(['delete', '--force', other])
    await box.assertClean()
  } finally {
    await box.destroy()
  }
}

function spec(id: string) {
  return merge(defaultSpec(id), { process: { args: WAIT } })
}

const argvOf = (nth: number, file: string, words: readonly string[]) => [
  ...[process.execPath, join(import.meta.dir, 'killed.ts'), String(nth), file],
  ...words,
]

/** What happens in a command that is let be. */
async function momentsOf(box: Box, words: readonly string[]): Promise<readonly string[]> {
  const file = box.path('moments')
  const { code, stderr } = await box.program(argvOf(0, file, words), { cwd: ROOT })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The moments at which it is killed, counted from 1. */
function chosen(moments: readonly string[]): number[] {
  const calls = { seen: 0 }
  return moments.flatMap((moment, index) => (moment !== 'call' || calls.seen++ % EVERY === 0 ? [index + 1] : []))
}

async function killOnce(
  box: Box,
  { nth, words, victim, other }: { nth: number; words: readonly string[]; victim: string; other: string },
): Promise<void> {
  const { code, stderr } = await box.program(argvOf(nth, '/dev/null', words), { cwd: ROOT })
  // It may have come to its end before that moment: a task that keeps it waiting costs calls.
  if (code !== KILLED) expect({ nth, code, stderr }).toEqual({ nth, code: 0, stderr: '' })
  else kills++
  const { code: known } = await box.call(['state', victim])
  const alive = () => processesOf({ name: victim, sessions: [] }).length > 0
  if (known !== 0) await eventually(`the end of the task, killed at moment ${nth}`, () => !alive())
  expect((await box.ok(['list', '--quiet'])).split('\n')).toContain(other)
  expect({ nth, ...(await box.call(['delete', '--force', victim])) }).toMatchObject({ nth, code: 0, stderr: '' })
  expect({ nth, left: [...leftovers({ name: victim, sessions: [] }), ...box.stateIds()] }).toEqual({
    nth,
    left: [other],
  })
}
