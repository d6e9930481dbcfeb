// What tells code from comments, strings, templates and regular expressions.

import { describe, expect, test } from 'bun:test'

import { pairsOf, tokensOf } from '#tests/support/source/tokens.ts'

const texts = (source: string) => tokensOf(source).map(({ text }) => text)
const kinds = (source: string) => tokensOf(source).map(({ kind }) => kind)

describe('a slash', () => {
  test('divides behind a value', () => {
    expect(kinds('a / b / c')).not.toContain('regex')
    expect(kinds('f(x) / 2; list[0] / 2 / 3')).not.toContain('regex')
  })

  test('begins a regular expression where a value is expected', () => {
    expect(texts('x = /[/"]\\/`/gi')).toEqual(['x', '=', '/[/"]\\/`/gi'])
    expect(kinds('return /a/')).toEqual(['word', 'regex'])
    expect(kinds('/a/.test(b)')[0]).toBe('regex')
  })

  test('begins a comment, but not inside a string', () => {
    expect(kinds('a // b\n/* c */ "// d"')).toEqual(['word', 'comment', 'comment', 'string'])
  })
})

describe('a template', () => {
  test('gives its texts, and the code between them as code', () => {
    expect(texts('`a ${b} c`')).toEqual(['a ', '{', 'b', '}', ' c'])
    expect(kinds('`a ${b} c`')).toEqual(['string', 'punctuation', 'word', 'punctuation', 'string'])
  })

  test('may hold braces, strings and templates', () => {
    expect(texts('`${ { a: `}${x}` } }`; y')).toEqual([
      '',
      '{',
      '{',
      'a',
      ':',
      '}',
      '{',
      'x',
      '}',
      '',
      '}',
      '}',
      '',
      ';',
      'y',
    ])
  })

  test('may hold dollars and escapes', () => {
    expect(texts('`$ \\` \\${ $`')).toEqual(['$ \\` \\${ $'])
  })

  test('counts its lines', () => {
    expect(tokensOf('`a\nb${c}\n`\nd').at(-1)?.line).toBe(4)
  })
})

test('a string keeps its escapes and loses its quotes', () => {
  expect(texts(`'it\\'s' "a"`)).toEqual(["it\\'s", 'a'])
})

test('type arguments close one by one', () => {
  expect(texts('Map<string, Set<A>>')).toEqual(['Map', '<', 'string', ',', 'Set', '<', 'A', '>', '>'])
})

test('numbers and private names are one token', () => {
  expect(texts('0xff_ff 1e-3 10n this.#a')).toEqual(['0xff_ff', '1e-3', '10n', 'this', '.', '#a'])
})

test('what belongs to no token is an error with its line', () => {
  expect(() => tokensOf('a\n\u0007')).toThrow('Cannot read line 2')
})

test('brackets are paired through templates', () => {
  const tokens = tokensOf('f(`${a[0]}`)')
  const pairs = pairsOf(tokens)
  const open = tokens.findIndex(({ text }) => text === '(')
  expect(tokens[pairs.get(open) ?? 0]?.text).toBe(')')
  expect(pairs.size).toBe(6)
})
