// Cuts what a schema refused out of a document, so that the rules can still speak about the rest of it and a user hears
// of everything at once. Runs only when something is wrong already.

import * as v from 'valibot'
import { pathOf } from './problem.ts'

type Keys = readonly (string | number)[]

/** Each round cuts one level higher, and no field of config.json lies deeper. */
const MOST_ROUNDS = 8

/**
 * Takes a schema, a document that it refused and that may be changed, and harmless values for its required fields, by
 * path. Gives a document that the schema accepts together with the paths that were cut, or undefined where too little is
 * left.
 */
export function soundPart<Value>(
  schema: v.GenericSchema<unknown, Value>,
  json: unknown,
  harmless: ReadonlyMap<string, unknown>,
) {
  const cuts: string[] = []
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const result = v.safeParse(schema, json)
    if (result.success) return { sound: result.output, cuts }
    const thisRound = new Set<string>()
    for (const issue of result.issues) {
      const keys = member(keysOf(issue))
      // One cut takes all that is wrong below it along; a second would find nothing there and cut what is above.
      if (!keys.some((_, index) => thisRound.has(pathOf(keys.slice(0, index + 1)))))
        thisRound.add(cutOut(json, keys, harmless))
    }
    for (const path of thisRound) cuts.push(path)
  }
  return undefined
}

/** The keys that lead to what an issue is about. */
export function keysOf(issue: v.BaseIssue<unknown>): Keys {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** Of what is wrong in a list the whole list is cut, or the entries after it would move up. */
function member(keys: Keys): Keys {
  const firstIndex = keys.findIndex((key) => typeof key === 'number')
  return firstIndex === -1 ? keys : keys.slice(0, firstIndex)
}

/** Takes out, or makes harmless, the member at `keys`, or where there is none the object that misses it. Gives its path. */
function cutOut(json: unknown, keys: Keys, harmless: ReadonlyMap<string, unknown>): string {
  for (let path = keys; path.length > 0; path = path.slice(0, -1)) {
    const owner = path.slice(0, -1).reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), json)
    const last = path.at(-1)
    if (!isObject(owner) || last === undefined) continue
    const name = pathOf(path)
    if (harmless.has(name)) owner[last] = harmless.get(name)
    else if (Object.hasOwn(owner, last)) delete owner[last]
    else continue
    return name
  }
  return ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
