/** What a misspelt name was meant to be. */

import { expect, test } from 'bun:test'
import { nearest } from '#src/config/nearest.ts'

const NAMES = ['pid', 'network', 'mount', 'user', 'uts']

test('nearest() finds a name that is one or two letters away', () => {
  expect(nearest('netwrok', NAMES)).toBe('network')
  expect(nearest('mout', NAMES)).toBe('mount')
  expect(nearest('users', NAMES)).toBe('user')
  expect(nearest('usr', NAMES)).toBe('user')
  expect(nearest('abcd', ['abxy'])).toBe('abxy')
})

test('nearest() prefers the closer of two', () => {
  expect(nearest('abcd', ['abxx', 'abcx'])).toBe('abcx')
  expect(nearest('abcd', ['abcx', 'abxx'])).toBe('abcx')
})

test('nearest() says nothing about words that are too far off', () => {
  expect(nearest('filesystem', NAMES)).toBeUndefined()
  expect(nearest('net', NAMES)).toBeUndefined()
  expect(nearest('', NAMES)).toBeUndefined()
})

test('nearest() does not take one short word for another that shares no letter with it', () => {
  expect(nearest('x', ['a'])).toBeUndefined()
  expect(nearest('ab', ['cd'])).toBeUndefined()
})
