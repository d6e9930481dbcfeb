// Files of a state directory that are cut off, hold something else, or are directories: `list` still lists the others,
// every command answers or says in one line what is wrong, and `delete --force` takes the container away all the same.

import { expect } from 'bun:test'
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'

import { Box, WAIT } from '#tests/support/box.ts'
import { leftovers } from '#tests/support/leaks.ts'
import { needs } from '#tests/support/needs.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'

const { test } = needs('root', 'busybox', 'bunc')
const LIMIT = 60_000

/** What is done to a file. */
const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  'is empty': (path) => truncateSync(path),
  'ends in the middle': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'lacks its last byte': (path) => truncateSync(path, statSync(path).size - 1),
  'is binary': (path) => writeFileSync(path, new Uint8Array([0, 255, 254, 0, 10, 128])),
  'is an empty object': (path) => writeFileSync(path, '{}'),
  'is a list': (path) => writeFileSync(path, '[null, 1]'),
  'is a large number': (path) => writeFileSync(path, '9'.repeat(100_000)),
  'has fields of other types': (path) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/:"[^"]*"/g, ':17')),
  'is gone': (path) => rmSync(path),
  'is a directory': (path) => {
    rmSync(path)
    mkdirSync(`${path}/more`, { recursive: true })
  },
}

const FILES = ['state.json', 'config.json', 'cgroup.json', 'exec.fifo']

/**
 * A fifo has no bytes to be cut off. A running container without a state.json is what no crash leaves, and looks like one
 * whose cgroup was never its own: its processes are not ended.
 */
const fits = (file: string, damage: string) =>
  file === 'exec.fifo' ? /gone|directory|empty object/.test(damage) : file !== 'state.json' || damage !== 'is gone'

/** What is asked of the damaged container: each answers, or refuses in one line. */
const QUESTIONS = [['state'], ['exec', 'true'], ['kill', 'USR1'], ['start']]

for (const file of FILES)
  for (const status of file === 'exec.fifo' ? ['created', 'running'] : ['running'])
    test(
      `a damaged ${file} of a ${status} container hides no other one and can be deleted`,
      async () => {
        const bunc = runtimes.find(({ name }) => name === 'bunc')
        if (bunc === undefined) throw new Error('Cannot test what is not built')
        const box = new Box(bunc)
        try {
          await make(box, `${box.name}-other`, 'created')
          for (const [what, damage] of Object.entries(DAMAGES))
            if (fits(file, what)) await damaged(box, { file, what, damage, status })
          await box.deleteContainers()
          await box.assertClean()
        } finally {
          await box.destroy()
        }
      },
      LIMIT,
    )

async function make(box: Box, id: string, status: string): Promise<void> {
  writeConfig(box.bundleDir, merge(defaultSpec(id), { process: { args: WAIT } }))
  await box.ok(['create', '--bundle', box.bundleDir, id])
  if (status === 'running') await box.ok(['start', id])
}

interface Case {
  readonly file: string
  readonly what: string
  readonly damage: (path: string) => void
  readonly status: string
}

async function damaged(box: Box, { file, what, damage, status }: Case): Promise<void> {
  const id = `${box.name}-victim`
  await make(box, id, status)
  const path = `${box.root}/${id}/${file}`
  // To open a fifo for writing would wait for a reader.
  if (file === 'exec.fifo') rmSync(path, { force: true })
  if (file === 'exec.fifo') writeFileSync(path, '')
  damage(path)
  const list = await box.call(['list', '--quiet'])
  expect({ what, code: list.code, others: list.stdout.split('\n').includes(`${box.name}-other`) }).toEqual({
    ...{ what, code: 0, others: true },
  })
  for (const [command = '', ...words] of QUESTIONS) {
    const outcome = await box.call([command, id, ...words])
    if (outcome.code !== 0) assertRefused(outcome, /^bunc: (Cannot |container |the state file )/)
    expect(outcome.stderr).not.toMatch(/Internal fault|undefined/)
  }
  expect({ what, ...(await box.call(['delete', '--force', id])) }).toMatchObject({ what, code: 0, stderr: '' })
  const left = [...leftovers({ name: id, sessions: [] }), ...box.stateIds()]
  expect({ what, left }).toEqual({ what, left: [`${box.name}-other`] })
}
