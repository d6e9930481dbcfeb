// Reads a document of the specification: text in, a checked value of its type out, or one error with all that is wrong.
// Hot: every command reads config.json. A good file costs one JSON.parse, one walk of the schema and the rules.

import * as v from 'valibot'
import { parseJson, parseJsonExactly } from './json.ts'
import { mayHoldNul, nulProblems } from './nul.ts'
import { ConfigError, pathOf, type Problem } from './problem.ts'
import type { RuleSet } from './rule.ts'
import { keysOf, soundPart } from './sound-part.ts'

/** What makes a JSON document one of the specification's. */
export type Document<Value> = {
  readonly schema: v.GenericSchema<unknown, Value>
  readonly rules: readonly RuleSet<Value>[]
  /** The required fields by path, with values that break no rule: a malformed one is replaced to check the others. */
  readonly harmless: ReadonlyMap<string, unknown>
}

/**
 * Takes the text of a document, the name that its user knows it by, and what it is to be.
 * Throws a `ConfigError` with every problem: of the text, of single fields, and of the rules over the sound ones.
 */
export function read<Value>(text: string, file: string, document: Document<Value>): Value {
  // A double that cannot be trusted and a null are no schema's liking, so that what passes here was read exactly.
  const quick = v.safeParse(document.schema, parseJson(text, file))
  const result = quick.success ? quick : v.safeParse(document.schema, parseJsonExactly(text, file))
  const found = result.success
    ? breachesOf(document.rules, result.output, [])
    : [...result.issues.map(problemOf), ...breachesElsewhere(text, file, document)]
  const problems = mayHoldNul(text) ? [...nulProblems(result.output), ...found] : found
  if (problems.length > 0 || !result.success) throw new ConfigError(file, problems)
  return result.output
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  return { path: pathOf(keysOf(issue)), message: issue.message }
}

function breachesElsewhere<Value>(text: string, file: string, { schema, rules, harmless }: Document<Value>) {
  const rest = soundPart(schema, parseJsonExactly(text, file), harmless)
  return rest === undefined ? [] : breachesOf(rules, rest.sound, rest.cuts)
}

function breachesOf<Value>(rules: readonly RuleSet<Value>[], value: Value, malformed: readonly string[]): Problem[] {
  const found: Problem[] = []
  for (const breaches of rules) for (const breach of breaches(value, malformed)) found.push(breach)
  return found
}
