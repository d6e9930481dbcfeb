// Children that misbehave in each way that the test run must survive.

import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { runLimited } from '#tests/support/limited.ts'
import { FILE_VARIABLE, RUN_VARIABLE, stragglers } from '#tests/support/stragglers.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
afterAll(() => rmSync(dir, { recursive: true }))

let count = 0
function shell(script: string, limit = 20) {
  const name = `limited-${++count}`
  return runLimited({ name, argv: ['sh', '-c', script], cwd: dir, limit, log: join(dir, name) })
}

test('a child that ends by itself gives its exit code and both its outputs', async () => {
  const ending = await shell('echo out; echo err >&2; exit 3')
  expect(ending).toMatchObject({ code: 3, output: 'out\nerr\n', faults: [] })
})

test('a child that hangs is killed with its children when its time is up', async () => {
  const ending = await shell('sleep 987654 & while :; do :; done', 1)
  expect(ending.faults).toEqual(['killed after 1 s: it hangs'])
  expect(ending.seconds).toBeLessThan(10)
  expect(ending.code).not.toBe(0)
})

test('a test that blocks its thread is killed', async () => {
  const argv = [process.execPath, '-e', 'for (;;) {}']
  const ending = await runLimited({ name: 'blocked', argv, cwd: dir, limit: 1, log: join(dir, 'blocked') })
  expect(ending.faults).toEqual(['killed after 1 s: it hangs'])
})

test('a process that has left the session is found, named and killed', async () => {
  const ending = await shell('setsid sleep 987655 >/dev/null 2>&1 &')
  expect(ending.code).toBe(0)
  expect(ending.faults).toEqual([expect.stringMatching(/^left process \d+ behind: sleep 987655$/)])
  // kill(2) comes back before its victim has gone.
  const mark = `${process.env[RUN_VARIABLE] ?? process.pid}:limited-${count}`
  await eventually('the end of the process', () => stragglers(FILE_VARIABLE, mark).length === 0, 2_000)
})

test('a process that is on its way out is waited for', async () => {
  const ending = await shell('setsid sleep 0.3 &')
  expect(ending.faults).toEqual([])
})

test('a process that holds the output open does not delay the end', async () => {
  const ending = await shell('setsid sleep 987656 & exit 0')
  expect(ending.faults).toHaveLength(1)
  expect(ending.seconds).toBeLessThan(10)
})

test('no process carries a mark that was never given', () => {
  expect(stragglers(FILE_VARIABLE, 'nobody:nothing')).toEqual([])
})
