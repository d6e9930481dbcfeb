// `exec --cgroup`: which directories are meant.
import { expect, test } from 'bun:test'

import { below } from '#src/cgroups/below.ts'
import { legacy, LEGACY, UNIFIED } from './records.ts'

const pathsBelow = (record: typeof LEGACY, ...asked: readonly string[]) =>
  below(record, asked).hierarchies.map(({ path }) => path)

test('a path is taken in every hierarchy', () => {
  expect(pathsBelow(UNIFIED, 'a/b')).toEqual(['/sys/fs/cgroup/docker/c1/a/b'])
  expect(pathsBelow(LEGACY, '/a')).toEqual(LEGACY.hierarchies.map(({ path }) => `${path}/a`))
})

test('a path with controllers is taken in theirs alone', () => {
  const record = {
    ...LEGACY,
    hierarchies: [legacy('/c', 'cpu', 'cpuacct'), legacy('/c', 'memory'), legacy('/c', 'pids')],
  }
  expect(pathsBelow(record, 'cpuacct,pids:a', 'memory:b')).toEqual([
    '/sys/fs/cgroup/cpu,cpuacct/c/a',
    '/sys/fs/cgroup/memory/c/b',
    '/sys/fs/cgroup/pids/c/a',
  ])
})

test('nothing asked for leaves everything as it is', () => {
  expect(below(LEGACY, [])).toEqual(LEGACY)
})

test.each(['..', '../../other', '/', 'a/../..'])('%p does not lead out of the container', (asked) => {
  expect(pathsBelow(UNIFIED, asked)[0]).toStartWith('/sys/fs/cgroup/docker/c1')
})

test('a controller that is in no hierarchy of version 1 is refused by its name', () => {
  expect(() => below(LEGACY, ['hugetlb:a'])).toThrow('"hugetlb" is no controller')
  expect(() => below(UNIFIED, ['memory:a'])).toThrow('"memory" is no controller')
  expect(() => below(LEGACY, [':a'])).toThrow('"" is no controller')
})
