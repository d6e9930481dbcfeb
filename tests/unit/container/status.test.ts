// The status of a container as it is found out, from files that say everything they can say.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { record } from '#ffi/perform/record.ts'
import { here } from '#ffi/perform/here.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { isAlive, openProcess, startTimeOf, statusOf } from '#src/container/status.ts'
import { type Files, pretendedFiles } from '../pretended-files.ts'
import { stateOf } from './state-of.ts'

/** Text of /proc/PID/stat: a name that was chosen to confuse, the state, and when it began. */
const stat = (state: string, startTime = '777') =>
  `42 (a) Z 1 (b) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} ${startTime} rest\n`

const CGROUP: CgroupRecord = {
  driver: 'cgroupfs',
  hierarchies: [{ version: 2, controllers: [], mount: '/cg', path: '/cg/web' }],
}
const FIFO = '/run/bunc/web/exec.fifo'

function statusWith(files: Files, change: Parameters<typeof stateOf>[0] = {}) {
  const state = stateOf({ pid: 42, startTime: '777', cgroup: CGROUP, ...change })
  const answer = pretendedFiles(files)
  return statusOf(record((_, call) => answer(call)).here, { directory: '/run/bunc/web', state })
}

describe('a container is', () => {
  test.each<[string, string, Files]>([
    ['created', 'while its fifo is there', { '/proc/42/stat': stat('S'), [FIFO]: '' }],
    ['running', 'when its fifo is gone', { '/proc/42/stat': stat('S') }],
    ['running', 'when its cgroup is not frozen', { '/proc/42/stat': stat('R'), '/cg/web/cgroup.freeze': '0\n' }],
    ['paused', 'when its cgroup is frozen', { '/proc/42/stat': stat('D'), '/cg/web/cgroup.freeze': '1\n' }],
    [
      'paused',
      'when that is so before it runs',
      { '/proc/42/stat': stat('S'), '/cg/web/cgroup.freeze': '1\n', [FIFO]: '' },
    ],
    ['stopped', 'when its process is gone', {}],
    ['stopped', 'when its process is a zombie', { '/proc/42/stat': stat('Z'), [FIFO]: '' }],
    ['stopped', 'when its process is about to be none', { '/proc/42/stat': stat('X') }],
    ['stopped', 'when another process has got its pid', { '/proc/42/stat': stat('S', '778'), [FIFO]: '' }],
  ])('%s %s', (status, _, files) => {
    expect<string>(statusWith(files)).toBe(status)
  })

  test('stopped when it never had a process', () => {
    expect(statusWith({ '/proc/0/stat': stat('S') }, { pid: 0 })).toBe('stopped')
    expect(statusWith({ '/proc/-1/stat': stat('S') }, { pid: -1 })).toBe('stopped')
  })

  test('stopped when its process is reaped while it is looked at', () => {
    const answer = pretendedFiles({ '/proc/42/stat': '' })
    const kernel = record((_, call) => (call.name === 'read' ? { refused: 'ESRCH' } : answer(call)))
    expect(isAlive(kernel.here, { pid: 42, startTime: '777' })).toBe(false)
  })
})

describe('a process', () => {
  const own = { pid: process.pid, startTime: startTimeOf(here, process.pid) }

  test('is known by its pid and when it began', () => {
    expect(own.startTime).toMatch(/^\d+$/)
    expect(isAlive(here, own)).toBe(true)
    expect(isAlive(here, { ...own, startTime: '1' })).toBe(false)
    expect(startTimeOf(here, 2 ** 22 + 1)).toBe('')
  })

  test('is opened so that its pid cannot pass to another one', () => {
    using pidfd = openProcess(here, own)
    expect(pidfd?.missing).toBe(false)
    expect(openProcess(here, { ...own, startTime: '1' })).toBeUndefined()
    expect(openProcess(here, { pid: 2 ** 22 + 1, startTime: '1' })).toBeUndefined()
    expect(openProcess(here, { pid: 0, startTime: '' })).toBeUndefined()
  })

  test('that turns out to be another one is let go of', () => {
    const answer = pretendedFiles({ '/proc/42/stat': stat('S', '778') })
    const kernel = record((_, call: Call<unknown>) => answer(call))
    expect(openProcess(kernel.here, { pid: 42, startTime: '777' })).toBeUndefined()
    expect(kernel.recorded.at(-1)?.call).toMatch(/^close\(\d+<pidfd_open>\)$/)
  })
})
