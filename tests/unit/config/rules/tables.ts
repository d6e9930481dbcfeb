/** How the tests of the rules of config.json are written: changes that break a rule with what is said, and ones that do not. */

import { expect, test } from 'bun:test'
import type { Rule } from '#src/config/rule.ts'
import type { Config } from '#src/config/schema/config.ts'
import { breaches, type Change } from '#tests/support/config-text.ts'

export type Broken = readonly (readonly [change: Change, ...complaints: string[]])[]

/** Defines one test for each row: a broken one gives exactly its complaints, a kept one gives none. */
export function testRules(rules: readonly Rule<Config>[], broken: Broken, kept: readonly Change[]): void {
  for (const [change, ...complaints] of broken)
    test(`a config that breaks a rule is told: ${complaints.join('; ')}`, () => {
      expect(breaches(rules, change)).toEqual(complaints)
    })
  for (const change of kept)
    test(`a config with ${JSON.stringify(change)} breaks no rule`, () => {
      expect(breaches(rules, change)).toEqual([])
    })
}
