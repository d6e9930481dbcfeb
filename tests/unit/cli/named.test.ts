// What is done to several containers.
import { expect, test } from 'bun:test'

import { forEach } from '#src/cli/named.ts'
import { Failure, sentence } from '#src/failure.ts'

/** Does something to three containers that fails for some; gives to which it was done, and what was thrown. */
function done(...failing: readonly string[]): { to: string[]; thrown: unknown } {
  const to: string[] = []
  try {
    forEach(['a', 'b', 'c'], (id) => {
      to.push(id)
      if (failing.includes(id)) throw new Failure(`${id} failed`)
    })
  } catch (thrown) {
    return { to, thrown }
  }
  return { to, thrown: undefined }
}

test('it is done to each', () => {
  expect(done()).toEqual({ to: ['a', 'b', 'c'], thrown: undefined })
})

test('one that fails keeps it from no other, and is thrown as it is', () => {
  const { to, thrown } = done('a')
  expect(to).toEqual(['a', 'b', 'c'])
  expect(thrown).toBeInstanceOf(Failure)
})

test('of several that fail all are told', () => {
  expect(sentence(done('a', 'c').thrown)).toBe('a failed; then: c failed')
})
