// What bunc's caller had set and Bun has changed: a process that bunc makes gets it back.

import { expect, test } from 'bun:test'

import { callersMask } from '#ffi/executor/caller.ts'

test('the mask is asked for once, so that a later change does not count', () => {
  expect(callersMask()).toBe(callersMask())
  expect(callersMask()).toHaveLength(8)
})
