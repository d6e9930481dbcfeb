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

/** What was found in a document: the value, as far as it is sound, and all problems. */
export type Examined<Value> = {
  /** Undefined where so little is sound that nothing can be said of the rest. */
  readonly value: Value | undefined
  /** The paths that were cut out of the value, or made harmless in it, as they were malformed. */
  readonly cuts: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Takes the text of a document, the name that its user knows it by, and what it is to be.
 * Throws a `ConfigError` with every problem: of the text, of single fields, and of the rules over the sound ones.
 */
export function read<Value>(text: string, file: string, document: Document<Value>): Value {
  const { value, problems } = examine(text, file, document)
  if (problems.length > 0 || value === undefined) throw new ConfigError(file, problems)
  return value
}

/** As `read`, for who goes on where something is wrong. Throws a `ConfigError` where the text is no JSON. */
export function examine<Value>(text: string, file: string, document: Document<Value>): Examined<Value> {
  // A double that cannot be trusted and a null are no schema's liking, so that what passes here was read exactly.
  const quick = v.safeParse(document.schema, parseJson(text, file))
  const result = quick.success ? quick : v.safeParse(document.schema, parseJsonExactly(text, file))
  const rest = result.success ? { sound: result.output, cuts: [] } : soundRest(text, file, document)
  const found = result.success ? [] : result.issues.map(problemOf)
  if (rest !== undefined) found.push(...breachesOf(document.rules, rest.sound, rest.cuts))
  const problems = mayHoldNul(text) ? [...nulProblems(result.output), ...found] : found
  return { value: rest?.sound, cuts: rest?.cuts ?? [], problems }
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  return { path: pathOf(keysOf(issue)), message: issue.message }
}

function soundRest<Value>(text: string, file: string, { schema, harmless }: Document<Value>) {
  return soundPart(schema, parseJsonExactly(text, file), harmless)
}

function breachesOf<Value>(rules: readonly RuleSet<Value>[], value: Value, malformed: readonly string[]): Problem[] {
  const found: Problem[] = []
  for (const breaches of rules) for (const breach of breaches(value, malformed)) found.push(breach)
  return found
}
