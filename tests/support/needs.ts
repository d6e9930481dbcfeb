// Declares tests that mean something on some hosts only. On the others they are skipped, and the reason stands in their
// names, so that every reporter prints it; tests/run.ts fails a test that is skipped without one.

import * as bun from 'bun:test'

import { REQUIREMENTS } from './requirements.ts'
import type { Requirement, RequirementName } from './requirements.ts'

type Rows = Readonly<Record<string, Requirement>>
type Body = () => void | Promise<unknown>

/** The two declarations of bun:test that are offered where something is needed. */
export interface Declarations {
  /** Declares a test; `limit` is its time limit in milliseconds. */
  readonly test: (name: string, body: Body, limit?: number) => void
  /** Declares a group of tests, which are listed one by one even where they are skipped. */
  readonly describe: (name: string, body: () => void) => void
}

/**
 * Takes what the tests need, gives `test` and `describe` that skip where the host lacks any of it:
 *
 *     const { test } = needs('root', 'cgroup2')
 */
export function needs(...names: readonly RequirementName[]): Declarations {
  const lacking = lacks(names)
  if (lacking === undefined) return { test: bun.test, describe: (name, body) => bun.describe(name, body) }
  return {
    test: (name, body) => bun.test.skip(`${name} [skipped: ${lacking}]`, body),
    describe: (name, body) => bun.describe.skip(`${name} [skipped: ${lacking}]`, body),
  }
}

const answers = new Map<Requirement, boolean>()

/** Takes requirements, gives what the host lacks of them as one text, undefined where it has them all. */
export function lacks(names: readonly string[], rows: Rows = REQUIREMENTS): string | undefined {
  const unmet = names.flatMap((name) => {
    const row = rows[name]
    return row === undefined || isMet(row) ? [] : [`needs ${name}: ${row.missing}`]
  })
  return unmet.length === 0 ? undefined : unmet.join('; ')
}

function isMet(row: Requirement): boolean {
  const answer = answers.get(row) ?? row.met()
  answers.set(row, answer)
  return answer
}
