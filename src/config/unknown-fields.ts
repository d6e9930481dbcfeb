// Lists the fields of a config.json that the specification does not have. They must be ignored when a container is made
// (config.md#extensibility), so only `validate` asks, where a typo is worth a word. Derived from the schemas themselves.

import { parseJson } from './json.ts'
import { nearest } from './nearest.ts'
import { pathOf, type Problem } from './problem.ts'
import { configSchema } from './schema/config.ts'

type Keys = readonly (string | number)[]

/** Fields of other platforms, which the schemas leave out: by the path of their object. */
const OTHER_PLATFORMS: { readonly [path: string]: readonly string[] } = {
  '': ['solaris', 'windows', 'vm', 'zos', 'freebsd'],
  process: ['commandLine'],
  'process.user': ['username'],
}

/** Takes the text of a config.json, gives a problem for every field that is unknown. Throws a `ConfigError` as `readConfig`. */
export function unknownFields(text: string, file = 'config.json'): readonly Problem[] {
  return below(configSchema, parseJson(text, file), [])
}

function below(schema: unknown, value: unknown, keys: Keys): readonly Problem[] {
  if (!isObject(schema) || typeof value !== 'object' || value === null) return []
  if (schema.type === 'optional' || schema.type === 'exact_optional') return below(schema.wrapped, value, keys)
  if (schema.type === 'lazy' && typeof schema.getter === 'function') return below(schema.getter(value), value, keys)
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => below(schema.item, entry, [...keys, index]))
  const members = Object.entries(value)
  if (schema.type === 'record') return members.flatMap(([key, member]) => below(schema.value, member, [...keys, key]))
  const fields = fieldsOf(schema)
  if (fields === undefined) return []
  const known = [...Object.keys(fields), ...(OTHER_PLATFORMS[pathOf(keys)] ?? [])]
  return members.flatMap(([key, member]) =>
    known.includes(key) ? below(fields[key], member, [...keys, key]) : unknown([...keys, key], nearest(key, known)),
  )
}

/** The fields of an object, or of all the forms that it may have. */
function fieldsOf(schema: Record<string, unknown>): Record<string, unknown> | undefined {
  if (schema.type === 'variant' && Array.isArray(schema.options))
    return Object.assign({}, ...schema.options.map((form: unknown) => (isObject(form) ? form.entries : {})))
  return isObject(schema.entries) ? schema.entries : undefined
}

function unknown(keys: Keys, meant: string | undefined): readonly Problem[] {
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`
  return [
    { path: pathOf(keys), message: `is not a field of the specification${hint}`, spec: 'config.md#extensibility' },
  ]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
