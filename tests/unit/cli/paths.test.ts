// Paths as people give them. That commands work in a directory that was removed, tests/container/list.test.ts shows.

import { expect, test } from 'bun:test'

import { absolute } from '#src/cli/paths.ts'

const nowhere = {
  get cwd(): string {
    throw new Error('asked')
  },
}

test('a path becomes absolute, without what says nothing in it', () => {
  const from = { cwd: '/srv/web' }
  const given = ['a', './a/', '../a', '../../../a', '.', '/a//b/./c/..', '/']
  expect(given.map((path) => absolute(from, path))).toEqual([
    '/srv/web/a',
    '/srv/web/a',
    '/srv/a',
    '/a',
    '/srv/web',
    '/a/b',
    '/',
  ])
})

test('nobody is asked where a path begins that is absolute', () => {
  expect(absolute(nowhere, '/a/../b')).toBe('/b')
  expect(() => absolute(nowhere, 'b')).toThrow('asked')
})
