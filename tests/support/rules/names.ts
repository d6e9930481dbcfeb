// Rules about the names of files and of what they declare.

import type { Source } from '../source/source.ts'
import { within } from './rule.ts'
import type { Breach, Rule } from './rule.ts'

const EMPTY_WORDS = ['manager', 'helper', 'helpers', 'util', 'utils', 'impl', 'base', 'data', 'info']
const DECLARES = new Set(['class', 'interface', 'type', 'enum', 'function', 'const', 'let'])

function declaredNames({ code }: Source): { name: string; line: number }[] {
  return code.flatMap(({ kind, text, line }, index) => {
    const before = code[index - 1]
    return kind === 'word' && before?.kind === 'word' && DECLARES.has(before.text) ? [{ name: text, line }] : []
  })
}

/** What the kernel calls by such a word keeps its name. */
const KERNEL_NAMES = /seccomp_?data/i

/** The words of a name. A variable of one word is no suffix: the `data` of mount(2), the `BASE` of an address. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(KERNEL_NAMES, '')
    .split(/(?=[A-Z][a-z])|_/)
    .map((word) => word.toLowerCase())
  return words.length === 1 && !/^[A-Z][a-z]/.test(name) ? [] : words
}

function emptyWords(source: Source): Breach[] {
  const ofFile = source.path.split('/').at(-1)?.split(/[-.]/) ?? []
  const inPath = ofFile
    .filter((word) => EMPTY_WORDS.includes(word))
    .map((word) => ({ line: 1, what: `is named "${word}"` }))
  const inCode = declaredNames(source).flatMap(({ name, line }) =>
    wordsOf(name).some((word) => EMPTY_WORDS.includes(word)) ? [{ line, what: `declares "${name}"` }] : [],
  )
  return [...inPath, ...inCode]
}

/** The rules, each a test. */
export const NAMES: readonly Rule[] = [
  {
    name: 'a file is named in kebab-case',
    reason: 'one spelling, on every file system',
    covers: within.everything,
    breaches: ({ path }) =>
      /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/.test(path.split('/').at(-1) ?? '')
        ? []
        : [{ line: 1, what: 'is not' }],
  },
  {
    name: 'no name says Manager, Helper, Utils, Impl, Base, Data or Info',
    reason: 'such a word fits everything, so it says nothing; the thing has a name of its own',
    covers: within.everything,
    breaches: emptyWords,
  },
]
