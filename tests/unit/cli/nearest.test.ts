// Which word is taken for the one that was meant.

import { describe, expect, test } from 'bun:test'
import { nearest } from '#src/cli/nearest.ts'

const WORDS = ['create', 'start', 'state', 'kill', 'list', 'checkpoint', 'ps']

const cases: readonly (readonly [word: string, meant: string | undefined])[] = [
  ['create', 'create'],
  ['creat', 'create'],
  ['craete', 'create'],
  ['reate', 'create'],
  ['creates', 'create'],
  ['KILL', 'kill'],
  ['stat', 'state'],
  ['strat', 'start'],
  ['check', 'checkpoint'],
  ['chekcpiont', 'checkpoint'],
  ['lst', 'list'],
  ['sp', 'ps'],
  ['ch', undefined],
  ['crexyz', undefined],
  ['exec', undefined],
  ['', undefined],
  ['x', undefined],
]

describe('nearest()', () => {
  for (const [word, meant] of cases) {
    test(`takes "${word}" for ${meant === undefined ? 'nothing' : `"${meant}"`}`, () => {
      expect(nearest(word, WORDS)).toBe(meant)
    })
  }

  test('finds nothing where there is nothing', () => {
    expect(nearest('create', [])).toBeUndefined()
  })
})
