// The checks that every container test relies on, each shown what it must catch: a check that cannot fail would let
// every other test pass.
import { expect, test } from 'bun:test'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { Box } from '#tests/support/box.ts'
import { eventually } from '#tests/support/eventually.ts'
import { parseMountinfo } from '#tests/support/mountinfo.ts'
import { needs } from '#tests/support/needs.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { atLeast, unifiedCgroups } from '#tests/support/runtime.ts'
import { merge } from '#tests/support/spec.ts'

const privileged = needs('root', 'busybox').test

/** A box whose runtime is the host's shell: `call` runs "sh -c SCRIPT" with the state root as $1. */
const box = () => new Box({ name: 'bunc', version: '0', argv: ['sh', '-c', 'shift; eval "$2"', 'sh'] })

const LEFT: readonly { what: string; leave: (box: Box) => Promise<void> }[] = [
  {
    what: 'process',
    leave: async (own) => {
      await own.call(['sleep 1000 >/dev/null 2>&1 &'])
    },
  },
  {
    what: 'mount',
    leave: async (own) => {
      await own.program(['mount', '-t', 'tmpfs', 'left', own.rootfs])
    },
  },
  {
    what: 'cgroup',
    leave: async (own) => mkdirSync(join(unifiedCgroups ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids', own.name)),
  },
]

for (const { what, leave } of LEFT) {
  privileged(`a ${what} that a test leaves behind fails the test and is removed`, async () => {
    const own = box()
    await leave(own)
    const verdict = await own.assertClean().catch(String)
    await own.destroy()
    expect(verdict).toContain(`left behind\n${what} `)
    await own.assertClean()
    expect(existsSync(own.dir)).toBe(false)
  })
}

privileged('the state of a container that a test leaves behind fails the test', async () => {
  const own = box()
  mkdirSync(`${own.root}/left`, { recursive: true })
  const verdict = await own.assertClean().catch(String)
  await own.destroy()
  expect(verdict).toContain('state of left is left')
})

privileged('a test that leaves nothing behind is clean', async () => {
  const own = box()
  await own.call(['true'])
  await own.assertClean()
  await own.destroy()
})

privileged('a command that hangs fails at its limit and is killed with its children', async () => {
  const own = box()
  const verdict = await own.call(['sleep 1000 & sleep 1000'], { limit: 100 }).catch(String)
  expect(verdict).toContain('Cannot finish within 100 ms')
  await own.assertNoProcess()
  await own.destroy()
})

test('eventually gives what it waited for and fails when it does not come', async () => {
  let turn = 0
  expect(await eventually('the third turn', () => ++turn === 3 && 'third')).toBe('third')
  expect(await eventually('nothing', () => false, 20).catch(String)).toContain('Cannot wait longer than 20 ms: nothing')
})

const outcome = { argv: ['program'], code: 1, stdout: '', stderr: 'program: Cannot go on\n' }

test('a refusal is a code, one line, and nothing else', () => {
  assertRefused(outcome, /Cannot go on/)
  assertRefused({ ...outcome, stderr: `${outcome.stderr}hint: try again\n` }, /Cannot go on/)
})

const NO_REFUSALS = [
  { title: 'that succeeds', wrong: { code: 0 } },
  { title: 'with two lines', wrong: { stderr: 'Cannot go on\nreally\n' } },
  { title: 'with no line', wrong: { stderr: '' } },
  { title: 'with another text', wrong: { stderr: 'something else\n' } },
  { title: 'that writes to standard output', wrong: { stdout: 'usage\n' } },
  { title: 'with a stack trace', wrong: { stderr: '    at main (file.ts:1:2) Cannot go on\n' } },
]

for (const { title, wrong } of NO_REFUSALS) {
  test(`a command ${title} is no refusal`, () => {
    expect(() => assertRefused({ ...outcome, ...wrong }, /Cannot go on/)).toThrow('Cannot accept the refusal')
  })
}

test('versions are compared number by number', () => {
  expect(atLeast('1.1.15', '1.1.5')).toBe(true)
  expect(atLeast('1.1.5', '1.1.15')).toBe(false)
  expect(atLeast('1.8', '1.8.0')).toBe(true)
  expect(atLeast('1.8.1', '1000')).toBe(false)
})

test('a change of a spec is laid over it key by key, lists are replaced and null takes away', () => {
  const base = { kept: 1, inner: { a: 1, b: [1, 2] }, gone: 'x' }
  expect(merge(base, { inner: { b: [3] }, gone: null })).toEqual({ kept: 1, inner: { a: 1, b: [3] } })
})

test('a line of mountinfo is read with and without tags', () => {
  const text =
    '36 35 98:0 /m /mnt rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue\n37 36 0:1 / /x ro - proc none rw\n'
  expect(parseMountinfo(text)).toEqual([
    {
      path: '/mnt',
      options: ['rw', 'noatime'],
      propagation: ['shared', 'master'],
      type: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    },
    { path: '/x', options: ['ro'], propagation: [], type: 'proc', source: 'none', superOptions: ['rw'] },
  ])
})
