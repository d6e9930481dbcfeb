// That a requirement is asked, and that what it says is fit for a test's name.

import { expect, test } from 'bun:test'

import { lacks, needs } from '#tests/support/needs.ts'
import { REQUIREMENTS } from '#tests/support/requirements.ts'

const rows = Object.entries(REQUIREMENTS)

test.each(rows)('%s can be asked for', (_, { met }) => {
  expect(typeof met()).toBe('boolean')
})

test.each(rows)('%s says what is missing in a way that a report can carry', (_, { missing }) => {
  expect(missing).not.toMatch(/[[\]]|\.$/)
})

test('a host that has everything that is needed lacks nothing', () => {
  expect(lacks(['here'], { here: { met: () => true, missing: 'not here' } })).toBeUndefined()
})

test('all that is lacking is named with what would bring it', () => {
  const row = (met: boolean, missing: string) => ({ met: () => met, missing })
  const rows = { tool: row(false, 'no tool (buy one)'), here: row(true, 'not here'), luck: row(false, 'no luck') }
  expect(lacks(['tool', 'here', 'luck'], rows)).toBe('needs tool: no tool (buy one); needs luck: no luck')
})

test('the host is asked once', () => {
  let asked = 0
  const rows = { slow: { met: () => ++asked > 0, missing: 'nothing' } }
  lacks(['slow', 'slow'], rows)
  lacks(['slow'], rows)
  expect(asked).toBe(1)
})

test('a test that needs nothing is declared as it is', () => {
  expect(needs().test).toBe(test)
})
