// A rule of the house: where it holds, why, and what in a file breaks it. tests/architecture.test.ts applies every rule
// to every file; tests/unit/support/rules shows each of them at work on a few lines.

import type { Source } from '../source/source.ts'

/** Something that breaks a rule. */
export interface Breach {
  readonly line: number
  readonly what: string
}

/** A rule that can be decided file by file. */
export interface Rule {
  /** A sentence, which is the name of the test. */
  readonly name: string
  /** Why the rule is worth its price; stands in the message of the failed test. */
  readonly reason: string
  /** Takes a path from the repository's root; true where the rule holds. */
  readonly covers: (path: string) => boolean
  /** Gives what breaks the rule in a file. */
  readonly breaches: (source: Source) => readonly Breach[]
}

/** Where code lies, for `covers`. */
export const within = {
  /** Our program: ffi/ and src/. */
  program: (path: string) => /^(ffi|src)\//.test(path),
  /** The program without the layer that deals with memory and numbers. */
  aboveFfi: (path: string) => !path.startsWith('ffi/'),
  /** All but the tests themselves, whose functions are lists of statements. */
  notTests: (path: string) => !path.endsWith('.test.ts'),
  everything: () => true,
} as const

/** Takes rules and files, gives a line for each breach, as an editor can follow it. */
export function breachesOf(rule: Rule, sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => rule.covers(path))
    .flatMap((source) => rule.breaches(source).map(({ line, what }) => `${source.path}:${line}: ${what}`))
}
