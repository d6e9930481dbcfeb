/** Problems as text: paths, and the one line that engines keep. */

import { expect, test } from 'bun:test'
import { ConfigError, pathOf } from '#src/config/problem.ts'

const problems = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ path: `p${index}`, message: 'is bad' }))

test('pathOf() writes paths as people write them in JavaScript', () => {
  expect(pathOf([])).toBe('')
  expect(pathOf(['mounts', 3, 'options', 1])).toBe('mounts[3].options[1]')
  expect(pathOf(['linux', 'sysctl', 'net.core.somaxconn'])).toBe('linux.sysctl["net.core.somaxconn"]')
  expect(pathOf(['a"b', '', '0', 'x'])).toBe('["a\\"b"][""]["0"].x')
})

test('one problem stands for itself', () => {
  const error = new ConfigError('config.json', [{ path: 'mounts[3].type', message: '7 is not a string' }])
  expect(error.message).toBe('Cannot use config.json: mounts[3].type: 7 is not a string')
})

test('a problem of the whole document has no path', () => {
  expect(new ConfigError('config.json', [{ path: '', message: 'null is not an object' }]).message).toBe(
    'Cannot use config.json: null is not an object',
  )
})

test('several problems are counted and told on one line', () => {
  const error = new ConfigError('config.json', problems(3))
  expect(error.message).toBe('Cannot use config.json: 3 problems: p0: is bad; p1: is bad; p2: is bad')
  expect(error.problems).toHaveLength(3)
})

test('a flood of problems is counted in full and told in part', () => {
  const { message, problems: all } = new ConfigError('config.json', problems(1000))
  expect(message).toStartWith('Cannot use config.json: 1000 problems: p0: is bad; ')
  expect(message).toEndWith('; p9: is bad; and 990 more')
  expect(all).toHaveLength(1000)
  expect(new ConfigError('config.json', problems(10)).message).toEndWith('; p9: is bad')
})
