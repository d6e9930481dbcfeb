// Rules about what people read: the texts of errors, comments, and why a test was skipped.

import { functionsOf } from '../source/functions.ts'
import type { Source } from '../source/source.ts'
import type { Token } from '../source/tokens.ts'
import { within } from './rule.ts'
import type { Breach, Rule } from './rule.ts'

/** A text that is passed to the constructor of an error, or that names what is being done. */
interface Text {
  readonly callee: string
  readonly text: string
  readonly line: number
  /** Whether it is the beginning, and the end, of the whole text. */
  readonly first: boolean
  readonly last: boolean
}

function textsOf({ code, pairs }: Source): Text[] {
  return code.flatMap((token, index) => {
    const isError = code[index - 1]?.text === 'new' && /(Error|Failure)$/.test(token.text)
    if (token.kind !== 'word' || !(isError || token.text === 'doing') || code[index + 1]?.text !== '(') return []
    const end = pairs.get(index + 1) ?? index
    return firstArgument(code, index + 2, end).map((part, place, parts) => ({
      callee: token.text,
      text: part.text,
      line: part.line,
      first: place === 0,
      last: place === parts.length - 1,
    }))
  })
}

/** The text of a plain first argument, or the texts of a template; of an expression, nothing can be said. */
function firstArgument(code: readonly Token[], start: number, end: number): Token[] {
  const parts: Token[] = []
  let depth = 0
  for (let at = start; at < end; at++) {
    const token = code[at]
    if (token === undefined) break
    if (token.kind === 'string' && depth === 0) parts.push(token)
    else if (token.kind === 'punctuation' && '([{'.includes(token.text)) depth++
    else if (token.kind === 'punctuation' && ')]}'.includes(token.text)) depth--
    else if (depth === 0) return token.text === ',' ? parts : []
  }
  return parts
}

function grammar(broken: (text: Text) => string | undefined) {
  return (source: Source): Breach[] =>
    textsOf(source).flatMap((text) => {
      const what = broken(text)
      return what === undefined ? [] : [{ line: text.line, what: `${what}: "${text.text}"` }]
    })
}

const CONTRACTION =
  /\b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|would|should|must)n't\b|\b\w+'(?:re|ve|ll)\b|\bit's\b/i
const HEDGES = /^(?:failed to|unable to|could not|couldn't|error|an error|oops|sorry|please)\b/i

function headerOf({ tokens }: Source): string[] {
  const end = tokens.findIndex(
    ({ kind, line }, index) => kind !== 'comment' || line !== (tokens[index - 1]?.endLine ?? 0) + 1,
  )
  const comments = tokens.slice(0, end < 0 ? tokens.length : end)
  const lines = comments.flatMap(({ text }) => text.split('\n'))
  return lines.map((line) => line.replace(/^[\s/*]+|[\s/*]+$/g, '')).filter((line) => line !== '')
}

function comments(find: RegExp) {
  return ({ tokens }: Source): Breach[] =>
    tokens.flatMap(({ kind, text, line }) => {
      const found = kind === 'comment' ? find.exec(text)?.[0] : undefined
      return found === undefined ? [] : [{ line, what: `says "${found}"` }]
    })
}

/** Overloads share the comment of the first. */
function withoutDocstring(source: Source): Breach[] {
  const seen = new Set<string>()
  return functionsOf(source).flatMap(({ name, exported, start, line }) => {
    if (!exported || seen.has(name)) return []
    seen.add(name)
    const token = source.code[start]
    const before = token === undefined ? undefined : source.tokens[source.tokens.indexOf(token) - 1]
    const documented = before?.text.startsWith('/**') === true || hasOverload(source, start, name)
    return documented ? [] : [{ line, what: `${name} has none` }]
  })
}

function hasOverload({ code }: Source, start: number, name: string): boolean {
  return code.slice(0, start).some(({ text }, index) => text === 'function' && code[index + 1]?.text === name)
}

/** The rules, each a test. */
export const WORDING: readonly Rule[] = [
  {
    name: 'the text of an error does not end in a full stop',
    reason: 'it is put together with others, by colons, into one line',
    covers: within.everything,
    breaches: grammar(({ text, last }) => (last && /[.!]$/.test(text) ? 'ends in one' : undefined)),
  },
  {
    name: 'the text of an error has no contraction',
    reason: 'people read it in a hurry, in a foreign language, or by grep',
    covers: within.everything,
    breaches: grammar(({ text }) => (CONTRACTION.test(text) ? 'has one' : undefined)),
  },
  {
    name: 'an error says what cannot be done, in one way',
    reason:
      '"Cannot <verb> <object>: <state>" is found by one search, and says what was wanted as well as what was there',
    covers: within.everything,
    breaches: grammar(({ text, first }) => (first && HEDGES.test(text) ? 'begins in another' : undefined)),
  },
  {
    name: 'an error that stands alone begins in sentence case',
    reason: 'it is the whole line; a Failure may be a part of one, behind a colon',
    covers: within.notTests,
    breaches: grammar(({ callee, text, first }) => {
      return first && /^(?:Type|Range)?Error$/.test(callee) && /^[a-z]+(?![\w]*_)\b/.test(text) ? 'does not' : undefined
    }),
  },
  {
    name: 'what is being done begins with a verb in lower case',
    reason: 'doing() puts "Cannot" or "cannot" before it',
    covers: within.program,
    breaches: grammar(({ callee, text, first }) => {
      return first && callee === 'doing' && !/^([a-z]|$)/.test(text) ? 'does not' : undefined
    }),
  },
  {
    name: 'a module opens with a comment of one to eight lines',
    reason: 'what a module is for, and what it refuses to know, is the one thing that its code cannot say',
    covers: within.everything,
    breaches: (source) => {
      const lines = headerOf(source).length
      return lines >= 1 && lines <= 8 ? [] : [{ line: 1, what: `has ${lines}` }]
    },
  },
  {
    name: 'every exported function has a docstring',
    reason: 'those who call it should not have to read it',
    // The head of a file there says of which commands it holds the rows.
    covers: (path) => within.program(path) && !path.startsWith('src/cli/commands/'),
    breaches: withoutDocstring,
  },
  {
    name: 'no comment puts work off',
    reason: 'what is missing is an issue with an owner; in the code it is read by everyone and done by no one',
    covers: within.everything,
    breaches: comments(
      new RegExp(String.raw`\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\b`),
    ),
  },
  {
    name: 'no test is skipped without a word',
    reason: 'needs() says what is missing; skipIf does not, which is seen only on a machine that lacks it',
    covers: (path) => path.startsWith('tests/'),
    breaches: ({ code }) =>
      code.flatMap(({ kind, text, line }) =>
        kind === 'word' && text === 'skipIf' ? [{ line, what: 'says skipIf' }] : [],
      ),
  },
]
