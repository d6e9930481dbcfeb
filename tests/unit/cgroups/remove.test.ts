// Removing a cgroup: deepest first, patiently, and as much as can be.
import { expect, test } from 'bun:test'

import { remove } from '#src/cgroups/remove.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, NONE, UNIFIED } from './records.ts'

const V2 = '/sys/fs/cgroup/docker/c1'

test('an empty cgroup is one call in each hierarchy', () => {
  const host = new PretendedHost({
    files: Object.fromEntries(HYBRID.hierarchies.map(({ path }) => [`${path}/cgroup.procs`, ''])),
  })
  remove(host.kernel.here, HYBRID)
  expect(host.calls).toEqual(HYBRID.hierarchies.map(({ path }) => `unlinkat(AT_FDCWD, "${path}", REMOVEDIR)`))
})

test('what is gone already is no error', () => {
  const host = new PretendedHost({})
  remove(host.kernel.here, HYBRID)
  remove(host.kernel.here, NONE)
  expect(host.effects.every((line) => line.endsWith('missing'))).toBe(true)
})

test('cgroups that the container has made go first, the deepest before the others', () => {
  const host = new PretendedHost({
    files: { [`${V2}/cgroup.procs`]: '', [`${V2}/a/b/cgroup.procs`]: '', [`${V2}/c/cgroup.procs`]: '' },
  })
  remove(host.kernel.here, UNIFIED)
  expect(host.effects).toEqual([
    `unlinkat(AT_FDCWD, "${V2}/a/b", REMOVEDIR)`,
    `unlinkat(AT_FDCWD, "${V2}/a", REMOVEDIR)`,
    `unlinkat(AT_FDCWD, "${V2}/c", REMOVEDIR)`,
    `unlinkat(AT_FDCWD, "${V2}", REMOVEDIR)`,
  ])
})

test('a process that is about to end is waited for', () => {
  let waits = 0
  const host = new PretendedHost({
    files: { [`${V2}/cgroup.procs`]: '10' },
    meanwhile: (files) => {
      if (++waits === 3) files.set(`${V2}/cgroup.procs`, '')
      return false
    },
  })
  remove(host.kernel.here, UNIFIED)
  expect(host.effects).toEqual([
    'ppoll([], 1 ms)',
    'ppoll([], 2 ms)',
    'ppoll([], 4 ms)',
    `unlinkat(AT_FDCWD, "${V2}", REMOVEDIR)`,
  ])
})

test('a process that stays is named after ten seconds, and the other hierarchies are removed all the same', () => {
  const [memory, freezer, unified] = HYBRID.hierarchies.map(({ path }) => path)
  const host = new PretendedHost({
    files: { [`${memory}/cgroup.procs`]: '10\n11', [`${freezer}/cgroup.procs`]: '', [`${unified}/cgroup.procs`]: '' },
  })
  expect(() => remove(host.kernel.here, HYBRID)).toThrow('it still holds the processes 10, 11')
  expect([memory, freezer, unified].map((path) => host.has(path ?? ''))).toEqual([true, false, false])
  const waited = host.effects.map((line) => Number(/^ppoll\(\[\], (\d+) ms/.exec(line)?.[1] ?? 0))
  const total = waited.reduce((sum, wait) => sum + wait, 0)
  expect(total).toBeGreaterThanOrEqual(10_000)
  expect(total).toBeLessThan(10_100)
  // The patience is one for all, however many hierarchies there are.
  expect(waited.filter((wait) => wait > 0).length).toBeLessThan(200)
})

test('one that is kept busy by nobody to be seen says just that', () => {
  const busy = new PretendedHost({
    files: { [`${V2}/cgroup.procs`]: '' },
    forbids: (call) => (call === 'unlinkat' ? 'EBUSY' : undefined),
  })
  expect(() => remove(busy.kernel.here, UNIFIED)).toThrow('it stays busy')
  const one = new PretendedHost({ files: { [`${V2}/cgroup.procs`]: '7' } })
  expect(() => remove(one.kernel.here, UNIFIED)).toThrow('it still holds the processes 7')
})

test('another failure is passed on at once', () => {
  const host = new PretendedHost({ files: { [`${V2}/cgroup.procs`]: '' }, forbids: () => 'EROFS' })
  expect(() => remove(host.kernel.here, UNIFIED)).toThrow('EROFS')
})
