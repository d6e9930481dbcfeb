// What a rule is: a named check over a valid document, with the section of the specification that asks for it. Rules are
// lists, so that `validate` can print them and a reader can see all of them at once.
// They run on every good config, once and cold, where the first use of a regular expression or of one of the array
// methods that the engine writes in JavaScript (flatMap, find, some) costs more than all else that a rule does: on the way
// that finds nothing, rules use loops and the plain methods of strings.

import { pathOf, type Problem } from './problem.ts'

/** A check of what no single field can tell. */
export type Rule<Subject> = {
  /** A sentence that holds for every good document. */
  readonly name: string
  readonly spec: string
  /** The fields that `check` looks at. Where one of them is malformed the rule is left out. */
  readonly reads: readonly string[]
  /** Takes a document that the schema has accepted, gives what breaks the rule. */
  readonly check: (subject: Subject) => readonly Problem[]
}

/** Takes what a document says at `keys`, gives a list of that one problem, for a check to return or spread. */
export function problem(keys: readonly (string | number)[], message: string): readonly Problem[] {
  return [{ path: pathOf(keys), message }]
}

/** Takes a list and a check of its entries, gives all that the entries have wrong. */
export function each<Entry>(
  entries: readonly Entry[],
  check: (entry: Entry, index: number) => readonly Problem[],
): readonly Problem[] {
  const found: Problem[] = []
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]
    if (entry !== undefined) found.push(...check(entry, index))
  }
  return found
}

/** As `each`, for an object whose keys are data. */
export function eachKey<Entry>(
  entries: Readonly<Record<string, Entry>>,
  check: (key: string, entry: Entry) => readonly Problem[],
): readonly Problem[] {
  const found: Problem[] = []
  for (const [key, entry] of Object.entries(entries)) found.push(...check(key, entry))
  return found
}

/** Rules over a part of a document, told in the paths of the whole: what breaks them, but for those that are left out. */
export type RuleSet<Whole> = (whole: Whole, malformed: readonly string[]) => readonly Problem[]

/** Takes rules for the part of a document at `path`, which may be absent, gives them for the whole. */
export function rulesWithin<Whole, Part>(
  path: string,
  part: (whole: Whole) => Part | undefined,
  rules: readonly Rule<Part>[],
): RuleSet<Whole> {
  return (whole, malformed) => {
    const subject = part(whole)
    const found: Problem[] = []
    if (subject === undefined) return found
    for (const { reads, check, spec } of rules) {
      if (malformed.length > 0 && reads.some((field) => isMalformed(below(path, field), malformed))) continue
      for (const one of check(subject)) found.push({ path: below(path, one.path), message: one.message, spec })
    }
    return found
  }
}

/** Takes rules for a whole document. */
export function rulesOf<Whole>(rules: readonly Rule<Whole>[]): RuleSet<Whole> {
  return rulesWithin('', (whole: Whole) => whole, rules)
}

function below(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}

/** True where a field, something in it, or what it is in could not be read. */
function isMalformed(field: string, malformed: readonly string[]): boolean {
  return malformed.some((path) => {
    const [short, long] = path.length < field.length ? [path, field] : [field, path]
    return long === short || long.startsWith(`${short}.`) || long.startsWith(`${short}[`)
  })
}
