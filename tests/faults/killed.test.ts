// bunc is killed (SIGKILL) at every round trip of each command that has a task, around each birth of one, and at every few
// of its own system calls: the task dies with it unless the container is finished, `list` and `state` go on, and
// `delete --force` takes away what there is.

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
const LIMIT = extent(180_000, 1_800_000)
const ROOT = join(import.meta.dir, '../..')
/** Of its own system calls bunc is killed before each so many-th. */
const EVERY = extent(10, 1)
const KILLED = 128 + 9

/** A command, and those that make what it needs; ID and BUNDLE are filled in. */
interface Victim {
  readonly before: readonly (readonly string[])[]
  readonly args: readonly string[]
  /**
   * At how many moments the task may outlive bunc, until the container is deleted. The kernel forgets the signal of death
   * in the child of a fork, which asks for it again with its first call.
   */
  readonly orphans?: number
}

const CREATE = ['create', '--bundle', 'BUNDLE', 'ID']
const RUN = ['run', '--detach', '--bundle', 'BUNDLE', 'ID']
const VICTIMS: Readonly<Record<string, Victim>> = {
  create: { before: [], args: CREATE },
  run: { before: [], args: RUN },
  start: { before: [CREATE], args: ['start', 'ID'] },
  exec: { before: [RUN], args: ['exec', 'ID', 'true'], orphans: 1 },
  update: { before: [RUN], args: ['update', '--pids-limit', '50', 'ID'] },
  pause: { before: [RUN], args: ['pause', 'ID'] },
  delete: { before: [CREATE], args: ['delete', 'ID'] },
  'delete --force': { before: [RUN], args: ['delete', '--force', 'ID'] },
}

const counts: Record<string, number> = {}
let outlived = 0
afterAll(() =>
  figure(`kill -9: ${JSON.stringify(counts)} times, ${outlived} tasks stayed until the delete, nothing after it`),
)

for (const [name, victim] of Object.entries(VICTIMS))
  test(
    `${name}: killed at any moment, it leaves nothing that delete --force cannot remove`,
    () => killAll(name, victim),
    LIMIT,
  )

async function killAll(name: string, { before, args, orphans = 0 }: Victim): Promise<void> {
  const bunc = runtimes.find((runtime) => runtime.name === 'bunc')
  if (bunc === undefined) throw new Error('Cannot test what is not built')
  const box = new Box(bunc)
  const victim = `${box.name}-victim`
  const filled = (line: readonly string[]) =>
    line.map((word) => (word === 'ID' ? victim : word === 'BUNDLE' ? box.bundleDir : word))
  const prepare = async () => {
    for (const line of before) await box.ok(filled(line))
    await eventually('the program of the container', () => !runs(before) || countOf(victim) === PROCESSES)
  }
  const words = ['--root', box.root, ...filled(args)]
  try {
    const other = `${box.name}-other`
    writeConfig(box.bundleDir, spec(other))
    await box.ok(['create', '--bundle', box.bundleDir, other])
    writeConfig(box.bundleDir, spec(victim))
    await prepare()
    const moments = await momentsOf(box, words)
    await box.ok(['delete', '--force', victim])
    const stayed: number[] = []
    for (const nth of chosen(moments)) {
      await prepare()
      if (await killOnce(box, { nth, words, victim, other, stayed })) counts[name] = (counts[name] ?? 0) + 1
    }
    outlived += stayed.length
    expect(stayed.slice(orphans)).toEqual([])
    await box.ok(['delete', '--force', other])
    await box.assertClean()
  } finally {
    await box.destroy()
  }
}

/** Those of a container that runs: a shell and what it waits for. */
const PROCESSES = 2
const runs = (lines: readonly (readonly string[])[]) => lines.includes(RUN)
const countOf = (id: string) => processesOf({ name: id, sessions: [] }).length

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

interface Kill {
  readonly nth: number
  readonly words: readonly string[]
  readonly victim: string
  readonly other: string
  /** Gets the moment, if the task does not end with bunc. */
  readonly stayed: number[]
}

/** Gives whether it was killed: it may have come to its end before that moment, as a task that keeps it waiting costs calls. */
async function killOnce(box: Box, { nth, words, victim, other, stayed }: Kill): Promise<boolean> {
  const { code, stderr } = await box.program(argvOf(nth, '/dev/null', words), { cwd: ROOT })
  if (code !== KILLED) expect({ nth, code, stderr }).toEqual({ nth, code: 0, stderr: '' })
  const { code: known } = await box.call(['state', victim])
  // A task that was to join the container is not to stay in it, and one that was to become it not to outlive bunc.
  const most = known === 0 ? PROCESSES : 0
  const gone = eventually('the end of the task', () => countOf(victim) <= most)
  await gone.catch(() => stayed.push(nth))
  expect((await box.ok(['list', '--quiet'])).split('\n')).toContain(other)
  expect({ nth, ...(await box.call(['delete', '--force', victim])) }).toMatchObject({ nth, code: 0, stderr: '' })
  expect({ nth, left: [...leftovers({ name: victim, sessions: [] }), ...box.stateIds()] }).toEqual({
    nth,
    left: [other],
  })
  return code === KILLED
}
