// Annotations `org.systemd.property.NAME`: further properties of the unit, in the text form of GVariant. Pure.

import type { Property, Value } from '#ffi/sd-bus.ts'
import { Failure } from '#src/failure.ts'

/** What their names begin with. */
export const PROPERTY_ANNOTATION = 'org.systemd.property.'
/** A property is a word; what systemd makes of it, it decides itself. */
const NAME = /^[A-Z][A-Za-z0-9]*$/

/** Takes the annotations of a config, gives the properties that are among them. Throws a Failure for one it cannot read. */
export function annotatedProperties(annotations: Readonly<Record<string, string>>): readonly Property[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(PROPERTY_ANNOTATION))
    .map(([key, text]) => {
      const name = key.slice(PROPERTY_ANNOTATION.length)
      if (!NAME.test(name)) throw new Failure(`annotation "${key}" names no property of systemd`)
      const value = parseValue(text.trim())
      if (value === undefined)
        throw new Failure(`annotation "${key}" has the value "${text}", which is no value of a systemd property`)
      return inMicroseconds({ name, ...value })
    })
}

/**
 * Takes the text of a value: `true`, `'text'`, `1`, `1.5`, `uint64 1`, `['a', 'b']`. A number of no type is an int32, as
 * GVariant has it. Gives undefined for anything else.
 */
export function parseValue(text: string): Value | undefined {
  if (text === 'true' || text === 'false') return { type: 'b', value: text === 'true' }
  const string = quoted(text)
  if (string !== undefined) return { type: 's', value: string }
  return numberOf(text) ?? arrayOf(text)
}

const QUOTED = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/

function quoted(text: string): string | undefined {
  const found = QUOTED.exec(text)
  return found === null ? undefined : (found[1] ?? found[2] ?? '').replace(/\\(.)/g, '$1')
}

const TYPED = { int32: 'i', uint32: 'u', int64: 'x', uint64: 't' } as const
type Typed = keyof typeof TYPED
const RANGES: { readonly [type in Typed]: readonly [bigint, bigint] } = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

function numberOf(text: string): Value | undefined {
  if (/^-?\d+\.\d+$/.test(text)) return { type: 'd', value: Number(text) }
  const [, word, digits] = /^(?:(\w+)\s+)?(-?\d+)$/.exec(text) ?? []
  const type = word ?? 'int32'
  if (digits === undefined || !isTyped(type)) return undefined
  const number = BigInt(digits)
  const [least, most] = RANGES[type]
  if (number < least || number > most) return undefined
  const code = TYPED[type]
  return code === 'i' || code === 'u' ? { type: code, value: Number(number) } : { type: code, value: number }
}

function isTyped(word: string): word is Typed {
  return Object.hasOwn(TYPED, word)
}

const ARRAY = /^(?:@as\s+)?\[(.*)\]$/s
const ELEMENT = /\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(,|$)/sy

function arrayOf(text: string): Value | undefined {
  const inner = ARRAY.exec(text)?.[1]?.trim()
  if (inner === undefined) return undefined
  const value: string[] = []
  for (let at = 0; at < inner.length;) {
    ELEMENT.lastIndex = at
    const element = ELEMENT.exec(inner)
    const string = quoted(element?.[1] ?? '')
    if (element === null || string === undefined) return undefined
    value.push(string)
    at = ELEMENT.lastIndex
  }
  return { type: 'as', value }
}

const SECOND = 1_000_000

/** A duration is written `…Sec` in unit files, and is called `…USec` on the bus. */
function inMicroseconds(property: Property): Property {
  if (!/[^U]Sec$/.test(property.name) || !('value' in property)) return property
  const name = property.name.replace(/Sec$/, 'USec')
  if (typeof property.value === 'bigint') return { name, type: 't', value: property.value * BigInt(SECOND) }
  if (typeof property.value === 'number') return { name, type: 't', value: BigInt(Math.round(property.value * SECOND)) }
  return property
}
