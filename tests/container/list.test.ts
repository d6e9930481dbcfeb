// `list`: the containers below one state root.
import { expect } from 'bun:test'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

async function two(box: Box): Promise<{ running: number; created: number }> {
  const running = await box.running()
  box.configure({ linux: { cgroupsPath: `/${box.name}-created` } })
  await box.ok(['create', '--bundle', box.bundleDir, `${box.name}-created`])
  return { running, created: (await box.state(`${box.name}-created`)).pid }
}

containerTest('list --format json gives id, pid, status and bundle of every container', async (box) => {
  const { running, created } = await two(box)
  const rows = JSON.parse(await box.ok(['list', '--format', 'json']))
  rows.sort((left: { id: string }, right: { id: string }) => left.id.localeCompare(right.id))
  expect(rows).toMatchObject([
    { id: box.name, pid: running, status: 'running', bundle: box.bundleDir },
    { id: `${box.name}-created`, pid: created, status: 'created', bundle: box.bundleDir },
  ])
})

containerTest(
  'list prints a table under the titles that runc has',
  async (box) => {
    const pid = await box.running()
    const [titles, row, ...rest] = (await box.ok(['list'])).trim().split('\n')
    expect(titles?.trim().split(/\s+/)).toEqual(['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'])
    expect(row?.split(/\s+/).slice(0, 4)).toEqual([box.name, String(pid), 'running', box.bundleDir])
    expect(row?.split(/\s+/)[5]).toBe('root')
    expect(rest).toEqual([])
  },
  lacks('crun', 'titles are NAME and BUNDLE PATH'),
)

containerTest('list --quiet prints ids alone', async (box) => {
  await two(box)
  const lines = (await box.ok(['list', '--quiet'])).trim().split('\n').sort()
  expect(lines).toEqual([box.name, `${box.name}-created`])
})

containerTest('list -q and -f are the short forms', async (box) => {
  await box.running()
  expect(await box.ok(['list', '-q'])).toBe(`${box.name}\n`)
  expect(JSON.parse(await box.ok(['list', '-f', 'json']))).toMatchObject([{ id: box.name }])
})

containerTest('list shows a container that has stopped until it is deleted', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  expect(JSON.parse(await box.ok(['list', '--format', 'json']))).toMatchObject([{ status: 'stopped', pid: 0 }])
  await box.ok(['delete', box.name])
  expect(await box.ok(['list', '--quiet'])).toBe('')
})

containerTest('list refuses a format that it does not know', async (box) => {
  await box.running()
  const outcome = await box.call(['list', '--format', 'yaml'])
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toMatch(/yaml|invalid format/)
})

containerTest('what needs no current directory works where that has been removed', async (box) => {
  await box.running()
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
  const inGone = (...args: readonly string[]) =>
    box.program(['sh', '-c', script, 'sh', ...box.runtime.argv, '--root', box.root, ...args], { cwd: box.dir })
  for (const args of [
    ['list', '--quiet'],
    ['state', box.name],
    ['kill', box.name, 'KILL'],
  ])
    expect(`${args[0]}: ${(await inGone(...args)).code}`).toBe(`${args[0]}: 0`)
})
