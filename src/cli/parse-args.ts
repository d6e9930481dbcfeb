// Splits words into flags and the rest. It has the shape of `parseArgs` of @std/cli (boolean, string, collect, alias,
// stopEarly, unknown), and differs where callers of runc rely on Go's rules: one dash is as good as two
// (go-runc passes "-no-subreaper"), the word after a flag is its value whatever it looks like ("--memory -1"), and
// letters are not grouped. It refuses to know what a flag means: every value is left as it was written.
// Every command pays for this file: it keeps away from Array.map, reduce and Object.fromEntries, which JavaScriptCore
// compiles at their first use, and that takes longer than all the rest of this parse.

/** Which flags there are. Names are without dashes; `alias` leads from a short name to the long one. */
export type ArgsOptions = {
  /** Flags that take a value only after "=". */
  readonly boolean: readonly string[]
  /** Flags that take a value; the last one wins. */
  readonly string: readonly string[]
  /** Flags that take a value and keep all of them. */
  readonly collect: readonly string[]
  readonly alias: Readonly<Record<string, string>>
  /** Flags end at the first word that is none. */
  readonly stopEarly: boolean
  /** Called with the word as it was written, without its "=value"; it must throw. */
  readonly unknown: (word: string) => never
  /** Called when the value of the flag is missing; it must throw. */
  readonly missing: (word: string) => never
}

/** The words that are no flags in `_`, and the values of each flag that was given under its long name. */
export type Args = { readonly _: readonly string[]; readonly [name: string]: string | readonly string[] | undefined }

type Flag = { readonly word: string; readonly name: string; readonly value: string | undefined }

/**
 * Reads `words`. A boolean flag without "=" has the value "true". A single "--" ends the flags and is dropped.
 * Whatever `unknown` and `missing` throw comes through.
 */
export function parseArgs(words: readonly string[], options: ArgsOptions): Args {
  const rest: string[] = []
  const values: Record<string, string | string[]> = {}
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      rest.push(...words.slice(at + 1))
      break
    }
    if (!isFlag(word)) {
      rest.push(...(options.stopEarly ? words.slice(at) : [word]))
      if (options.stopEarly) break
      continue
    }
    const flag = split(word, options.alias)
    if (options.boolean.includes(flag.name)) {
      values[flag.name] = flag.value ?? 'true'
      continue
    }
    const collected = options.collect.includes(flag.name)
    if (!collected && !options.string.includes(flag.name)) options.unknown(flag.word)
    const value = flag.value ?? words[++at] ?? options.missing(flag.word)
    values[flag.name] = collected ? [...(values[flag.name] ?? []), value] : value
  }
  return { ...values, _: rest }
}

/** A lone "-" is no flag: by custom it means standard input. */
function isFlag(word: string): boolean {
  return word.length > 1 && word[0] === '-'
}

function split(word: string, alias: ArgsOptions['alias']): Flag {
  const end = word.indexOf('=')
  const flag = end < 0 ? word : word.slice(0, end)
  const name = flag.slice(flag[1] === '-' ? 2 : 1)
  return {
    word: flag,
    name: (Object.hasOwn(alias, name) && alias[name]) || name,
    value: end < 0 ? undefined : word.slice(end + 1),
  }
}
