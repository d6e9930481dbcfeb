// Says where JSON text stops being JSON. JavaScriptCore's own error has no position, so the text is walked once more,
// with an explicit stack: nesting that the engine survives must not overflow here. Used only after JSON.parse refused.

const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

type Expectation = 'a value' | 'a value or "]"' | 'a key' | 'a key or "}"' | '":"' | '"," or "]"' | '"," or "}"'

/** Takes text that JSON.parse refuses, gives `line 3, column 7: …` (both from 1), or undefined where it finds no fault. */
export function locateFault(text: string): string | undefined {
  const open: ('[' | '{')[] = []
  let expected: Expectation | 'the end' = 'a value'
  let at = skip(SPACE, text, 0)
  for (; at < text.length; at = skip(SPACE, text, at)) {
    const token = tokenAt(text, at, expected)
    if (token === undefined) return report(text, at, expected)
    if (token === '[' || token === '{') open.push(token)
    if (token === ']' || token === '}') open.pop()
    expected = after(token, expected, open.at(-1))
    at += token.length
  }
  return expected === 'the end' ? undefined : report(text, at, expected)
}

/** The token at `at` if it is one that may stand there. */
function tokenAt(text: string, at: number, expected: Expectation | 'the end'): string | undefined {
  if (expected === 'the end') return undefined
  const letter = text.charAt(at)
  if (expected.includes(`"${letter}"`)) return letter
  if (expected.startsWith('a value') && (letter === '[' || letter === '{')) return letter
  if (expected.startsWith('"')) return undefined
  const end = skip(STRING, text, at)
  if (end > at) return text.slice(at, end)
  const scalar = expected.startsWith('a value') ? skip(SCALAR, text, at) : at
  return scalar > at ? text.slice(at, scalar) : undefined
}

function after(token: string, expected: Expectation | 'the end', inside: '[' | '{' | undefined) {
  if (token === '[') return 'a value or "]"'
  if (token === '{') return 'a key or "}"'
  if (token === ':') return 'a value'
  if (token === ',') return inside === '[' ? 'a value' : 'a key'
  if (expected.startsWith('a key') && token !== '}') return '":"'
  if (inside === undefined) return 'the end'
  return inside === '[' ? '"," or "]"' : '"," or "}"'
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function report(text: string, at: number, expected: string): string {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const letter = text.charAt(at)
  const found = letter === '' ? 'the end of the file' : letter === '"' ? stringWhere(expected) : JSON.stringify(letter)
  return `line ${line}, column ${column}: expected ${expected} but found ${found}${remark(text, at)}`
}

/** What else it may be that was taken for JSON. */
function remark(text: string, at: number): string {
  if (text.includes('\0')) return ': it must be UTF-8'
  if (/\/[/*]|#/y.test(text.slice(at, at + 2))) return ': JSON has no comments'
  if (text.trim() === '') return ': it is empty'
  return at === 0 && /^[\w-]/.test(text) ? ': it must be JSON, and YAML is none' : ''
}

function stringWhere(expected: string): string {
  return expected.startsWith('a ') ? 'a string that does not end or has an invalid character' : 'a string'
}
