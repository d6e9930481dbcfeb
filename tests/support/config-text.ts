/**
 * Documents for the tests of `src/config`: the smallest good config.json with values put in at paths, and what is said
 * about it. Values are given as JSON would have them, so that `null` stays null and a missing key is `undefined`.
 */

import * as v from 'valibot'
import { ConfigError, type Problem } from '#src/config/problem.ts'
import { rulesOf, type Rule } from '#src/config/rule.ts'
import { configSchema, type Config } from '#src/config/schema/config.ts'

/** Values by path, as `{ 'mounts[0].destination': 7 }`; undefined takes the key out. */
export type Change = Readonly<Record<string, unknown>>

/** Gives the text of the smallest config.json that is in order, changed. */
export function configText(change: Change = {}): string {
  return JSON.stringify(
    changed({ ociVersion: '1.3.0', root: { path: 'rootfs' }, process: { args: ['true'], cwd: '/' } }, change),
  )
}

/** Gives `json` with the values of `change` at their paths; objects and lists on the way are made where they lack. */
export function changed(json: unknown, change: Change): unknown {
  let result = json
  for (const [path, value] of Object.entries(change)) result = put(result, keysOf(path), value)
  return result
}

function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+)/g)].map(([, index, quoted, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  )
}

function put(json: unknown, keys: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return value
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(json) ? [...json] : []
    list[key] = put(list[key], rest, value)
    return list
  }
  const object: Record<string, unknown> = isObject(json) ? { ...json } : {}
  object[key] = put(object[key], rest, value)
  return object
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Gives what `action` finds wrong, as `path: message` lines; none where it throws nothing. Other errors pass through. */
export function complaints(action: () => unknown): readonly string[] {
  try {
    action()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(line)
    throw error
  }
}

/** Gives what `rules` say about the changed config, which must satisfy the schema. */
export function breaches(rules: readonly Rule<Config>[], change: Change): readonly string[] {
  return rulesOf(rules)(v.parse(configSchema, JSON.parse(configText(change))), []).map(line)
}

function line({ path, message }: Problem): string {
  return `${path}: ${message}`
}
