// The stack of what is being done.

import { expect, test } from 'bun:test'

import { doing, underWay } from '#ffi/context.ts'

test('nothing is under way until something is', () => {
  expect(underWay()).toEqual([])
})

test('actions are named outermost first, while they last', () => {
  const inner = doing('outer', () => [doing('first', underWay), doing('second', underWay), underWay()])
  expect(inner).toEqual([['outer', 'first'], ['outer', 'second'], ['outer']])
  expect(underWay()).toEqual([])
})

test('a function that throws is over, too', () => {
  const fail = () => {
    throw new Error('broken')
  }
  expect(() => doing('outer', () => doing('inner', fail))).toThrow('broken')
  expect(underWay()).toEqual([])
})

test('a stack that was taken along does not change afterwards', () => {
  const taken = doing('outer', underWay)
  doing('another', () => {})
  expect(taken).toEqual(['outer'])
})
