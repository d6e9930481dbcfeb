// Rules about what switches the type checker off.

import type { Source } from '../source/source.ts'
import type { Token } from '../source/tokens.ts'
import { within } from './rule.ts'
import type { Breach, Rule } from './rule.ts'

/** After these words `as` and `!` belong to something else. */
const KEYWORDS = new Set(
  'return typeof case in of void throw do else yield await new delete if while export import'.split(' '),
)

function tokens(find: (code: readonly Token[], index: number, source: Source) => boolean, what: string) {
  return (source: Source): Breach[] =>
    source.code.flatMap(({ line }, index) => (find(source.code, index, source) ? [{ line, what }] : []))
}

/** The type, and not a method or a field of that name (Promise.any). */
function isAny(code: readonly Token[], index: number): boolean {
  const [before, token, after] = [code[index - 1], code[index], code[index + 1]]
  return (
    token?.kind === 'word' && token.text === 'any' && before?.text !== '.' && after?.text !== '(' && after?.text !== ':'
  )
}

/** An assertion: `as` behind a value. Not `as const`, not a new name (`* as a`, `{ a as b }`, `[K in T as U]`). */
function isAssertion(code: readonly Token[], index: number, { pairs }: Source): boolean {
  const [before, token, after] = [code[index - 1], code[index], code[index + 1]]
  if (token?.kind !== 'word' || token.text !== 'as' || after?.text === 'const' || before?.text === '*') return false
  const value = before?.kind !== 'punctuation' || ')]}'.includes(before.text)
  const name = [':', '(', ',', ')', '.', '='].includes(after?.text ?? '') || KEYWORDS.has(before?.text ?? '')
  return value && !name && !isRenamed(code, index, pairs)
}

/** Whether the innermost bracket around it is that of an import, an export or a mapped type. */
function isRenamed(code: readonly Token[], index: number, pairs: ReadonlyMap<number, number>): boolean {
  for (let at = index - 1; at >= 0; at--) {
    const { kind, text } = code[at] ?? { kind: 'word', text: '' }
    if (kind !== 'punctuation') continue
    if (')]}'.includes(text)) at = pairs.get(at) ?? 0
    else if (text === '[') return code[at + 2]?.text === 'in'
    else if (text === '{')
      return ['import', 'export', 'type', ','].includes(code[at - 1]?.text ?? '') && isStatement(code, at)
    else if (text === '(') return false
  }
  return false
}

function isStatement(code: readonly Token[], brace: number): boolean {
  return code.slice(Math.max(0, brace - 4), brace).some(({ text }) => text === 'import' || text === 'export')
}

/** A `!` that clings to the value before it. */
function isNonNull(code: readonly Token[], index: number): boolean {
  const [before, token] = [code[index - 1], code[index]]
  if (token?.kind !== 'punctuation' || token.text !== '!' || token.spaced || before === undefined) return false
  return before.kind === 'punctuation' ? ')]}'.includes(before.text) : !KEYWORDS.has(before.text)
}

/** The rules, each a test. */
export const TYPES: readonly Rule[] = [
  {
    name: 'nothing above ffi is of type any',
    reason: 'one such value makes everything that touches it unchecked',
    covers: within.aboveFfi,
    breaches: tokens(isAny, 'says any'),
  },
  {
    name: 'nothing above ffi is asserted to be of a type',
    reason: 'an assertion is a claim that no one checks; a schema, a predicate or a better signature is checked',
    covers: within.aboveFfi,
    breaches: tokens(isAssertion, 'asserts with "as"'),
  },
  {
    name: 'nothing above ffi is asserted not to be undefined',
    reason: 'the case that cannot happen happens in production; `?? throw` costs a line and says what it was',
    covers: within.aboveFfi,
    breaches: tokens(isNonNull, 'asserts with "!"'),
  },
  {
    name: 'the program tells the checker to be silent nowhere',
    reason: 'a suppressed error hides the next one on that line',
    covers: within.program,
    breaches: ({ tokens: all }) =>
      all.flatMap(({ kind, text, line }) =>
        kind === 'comment' && /@ts-(?:ignore|expect-error|nocheck)/.test(text) ? [{ line, what: 'does' }] : [],
      ),
  },
]
