// The kinds of value that every schema is made of, each with its one sentence for what is wrong.
// They are few and flat because config.json is read on every command: a list of strings is one loop and not a schema
// per string, a 64-bit number is one check. NUL bytes are looked for once per file (nul.ts), not once per string.
// They are cheap to make as well, which happens at every start: picklist and pipe of valibot copy and join what they are
// given and cost many times what custom and lazy do.

import * as v from 'valibot'
import { nearest } from '../nearest.ts'
import { shown } from '../shown.ts'

/** What a schema gives, with every field and list readonly: the types that the rest of the program sees. */
export type Output<Schema extends v.GenericSchema> = Frozen<v.InferOutput<Schema>>

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T

type Message = (issue: v.BaseIssue<unknown>) => string

/** Takes the name of a kind with its article, gives the message for a value of another kind. */
function isNot(kind: string): Message {
  return (issue) => (issue.input === undefined ? 'is missing' : `${shown(issue.input)} is not ${kind}`)
}

export const text = v.string(isNot('a string'))

/** A string that may be absent. The Go bindings write "not set" as the empty string, so both are the empty string. */
export const optionalText = v.optional(text, '')

export const flag = v.boolean(isNot('true or false'))

/** A boolean that is false where it is absent. */
export const optionalFlag = v.optional(flag, false)

/** A whole number within bounds (both included) that lie within 2^53. */
export function integer(least: number, most: number) {
  return v.custom<number>(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
    (issue) => isNot(`an integer from ${least} to ${most}`)(issue),
  )
}

/** A 64-bit number whose every bit can matter: always a bigint, as a double ends at 2^53. */
function wide(least: bigint, most: bigint) {
  const fits = (value: unknown) =>
    (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) &&
    value >= least &&
    value <= most
  return v.pipe(
    v.custom<number | bigint>(fits, isNot(`an integer from ${least} to ${most}`)),
    v.transform((value) => BigInt(value)),
  )
}

export const uint16 = integer(0, 0xffff)
export const int32 = integer(-0x8000_0000, 0x7fff_ffff)
export const uint32 = integer(0, 0xffff_ffff)
export const uint64 = wide(0n, 0xffff_ffff_ffff_ffffn)

/** A limit in bytes; -1 is "no limit". */
export const limit64 = wide(-1n, 0x7fff_ffff_ffff_ffffn)

/** 64-bit fields of the specification whose kernel counterpart ends far below 2^53 (device numbers, microseconds). */
export const int53 = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
export const uint53 = integer(0, Number.MAX_SAFE_INTEGER)

/** One name out of a table. `kind` names the table with its article, as "a namespace type". */
export function oneOf<const Names extends readonly string[]>(kind: string, names: Names) {
  return v.custom<Names[number]>(
    (value) => typeof value === 'string' && names.includes(value),
    (issue) => {
      const meant = typeof issue.input === 'string' ? nearest(issue.input, names) : undefined
      return isNot(kind)(issue) + (meant === undefined ? '' : ` (did you mean "${meant}"?)`)
    },
  )
}

/** An object of the specification; fields that it does not name are ignored. */
export function record<const Entries extends v.ObjectEntries>(entries: Entries) {
  return notAList(form(entries))
}

/** As `record`, for use in `eitherOf`. */
export function form<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, isNot('an object'))
}

/** An object whose keys are data of the kind `key`. */
export function mapOf<const Key extends v.GenericSchema<string, string>, const Item extends v.GenericSchema>(
  key: Key,
  item: Item,
) {
  return notAList(v.record(key, item, isNot('an object')))
}

/** An object of one of several forms, told apart by its field `key`, whose values are of the given kind. */
export function eitherOf<const Key extends string, const Forms extends v.VariantOptions<Key>>(
  key: Key,
  kind: string,
  forms: Forms,
) {
  return v.variant(key, forms, (issue) => isNot(issue.path === undefined ? 'an object' : kind)(issue))
}

/** valibot takes a list for an object, and for a good one where every field may be absent. */
function notAList<Value>(schema: v.GenericSchema<unknown, Value>) {
  return v.lazy((input): v.GenericSchema<unknown, Value> => (Array.isArray(input) ? refused : schema))
}

const refused = v.custom<never>(() => false, isNot('an object'))

/** A list of one kind of entry. */
export function list<const Item extends v.GenericSchema>(item: Item) {
  return v.array(item, isNot('a list'))
}

/** A list that is empty where it is absent. */
export function optionalList<const Item extends v.GenericSchema>(item: Item) {
  return v.optional(list(item), [])
}

/**
 * A list of strings. The whole list is looked at in one loop, as a seccomp profile holds hundreds of them; only a list
 * that is not in order is gone through by schemas, which find the place.
 */
export const texts = v.lazy<v.GenericSchema<unknown, readonly string[]>>((input) =>
  isTexts(input) ? accepted : v.array(text, isNot('a list')),
)

const accepted = v.custom<readonly string[]>(() => true)

function isTexts(input: unknown): boolean {
  if (!Array.isArray(input)) return false
  for (let index = 0; index < input.length; index++) if (typeof input[index] !== 'string') return false
  return true
}

/** A list of strings that is empty where it is absent. */
export const optionalTexts = v.optional(texts, [])

/** An object of strings whose keys are data. */
export const textMap = mapOf(text, text)
