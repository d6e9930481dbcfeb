// The two curves between the weights of version 1 and those of version 2.
import { describe, expect, test } from 'bun:test'

import { ioWeight } from '#src/cgroups/resources/block-io.ts'
import { weightOfShares } from '#src/cgroups/resources/cpu.ts'

describe('weightOfShares', () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [512, 59],
    [1024, 100],
    [2048, 174],
    [262_143, 10_000],
    [262_144, 10_000],
    [1_000_000, 10_000],
  ])('%p shares are a weight of %p', (shares, weight) => expect(weightOfShares(shares)).toBe(String(weight)))

  test('more shares are never less weight, and every weight is one that the kernel takes', () => {
    let before = 1
    for (let shares = 0; shares <= 262_200; shares += 7) {
      const weight = Number(weightOfShares(shares))
      expect(weight).toBeGreaterThanOrEqual(before)
      expect(weight).toBeLessThanOrEqual(10_000)
      before = weight
    }
  })
})

describe('ioWeight', () => {
  test.each([
    [10, 1],
    [100, 910],
    [500, 4950],
    [1000, 10_000],
    [1, 1],
  ])('%p is %p', (weight, converted) => expect(ioWeight(weight)).toBe(converted))
})
