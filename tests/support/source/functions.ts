// The functions of a file: how long they are, how many parameters they take, which of them others can call. Finds
// declarations, methods and arrows by the brackets that surround their parameters and by what follows these.

import type { Source } from './source.ts'
import type { Token } from './tokens.ts'

/** A function with a body. */
export interface FunctionFound {
  /** "(anonymous)" where it has no name of its own. */
  readonly name: string
  readonly line: number
  /** From its name to its closing bracket. */
  readonly lines: number
  readonly parameters: number
  /** Whether `export` stands before it. */
  readonly exported: boolean
  /** The index in `code` of the first token of its statement. */
  readonly start: number
}

/** Words that are followed by brackets and a block, and are no functions. */
const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await'])
/** After these, a brace opens a type and no body. */
const BEFORE_TYPE = new Set([':', '|', '&', '=>', '<', ',', '(', '[', 'is', 'extends', 'readonly', 'keyof', '?'])
/** What a return type is made of, besides words, strings and brackets. */
const IN_TYPE = new Set(['|', '&', '.', '<', '>', ',', '=>', '?', ':'])
/** With one of these at the end of a line or at the start of the next, the expression goes on. */
const CONTINUES =
  /^(?:[-+*/%&|^=<>?:,.([{]|\?\.|\?\?|&&|\|\||[=!]==?|=>|\.\.\.|in|of|instanceof|as|satisfies|new|await)$/

/** Takes a file, gives its functions in the order of their parameters. */
export function functionsOf(source: Source): FunctionFound[] {
  return source.code.flatMap((token, index) => {
    if (token.text === '(' && token.kind === 'punctuation') return withParentheses(source, index) ?? []
    return token.text === '=>' ? (withoutParentheses(source, index) ?? []) : []
  })
}

/** A function whose parameters stand in the brackets at `open`. */
function withParentheses(source: Source, open: number): FunctionFound | undefined {
  const { code, pairs } = source
  const close = pairs.get(open)
  if (close === undefined) return undefined
  const after = afterReturnType(source, close + 1)
  const arrow = code[after]?.text === '=>'
  if (!arrow && (code[after]?.text !== '{' || !mayNameFunction(code, beforeTypeParameters(code, open) - 1)))
    return undefined
  const end = arrow ? endOfArrow(source, after) : pairs.get(after)
  if (end === undefined) return undefined
  return found(source, beforeTypeParameters(code, open), end, parametersIn(source, open, close))
}

/** `x => …` */
function withoutParentheses(source: Source, arrow: number): FunctionFound | undefined {
  const parameter = source.code[arrow - 1]
  const before = source.code[arrow - 2]?.text
  // Behind a colon it is the end of a return type, which the brackets before it have found.
  if (parameter?.kind !== 'word' || before === ':' || before === '.' || before === '|' || before === 'is')
    return undefined
  return found(source, arrow - 1, endOfArrow(source, arrow), 1)
}

function found(source: Source, first: number, end: number, parameters: number): FunctionFound {
  const { code } = source
  const start = startOfStatement(code, first)
  const named = code
    .slice(start, first)
    .filter(({ text }) => !/^(?:async|=|\*|get|set|static|function|export|const)$/.test(text))
  const line = code[start]?.line ?? 0
  return {
    name: named.length > 0 && named[0]?.kind === 'word' ? named[0].text : '(anonymous)',
    line,
    lines: (code[end]?.endLine ?? line) - line + 1,
    parameters,
    exported: code[start]?.text === 'export',
    start,
  }
}

/** Walks back over what may stand before the parameters: `export async function name`, `const name =`, `static name`. */
function startOfStatement(code: readonly Token[], first: number): number {
  let start = first
  const line = code[first]?.line
  for (let at = first - 1; at >= 0; at--) {
    const token = code[at]
    if (token === undefined || token.line !== line) break
    if (token.kind !== 'word' && token.text !== '=' && token.text !== '*') break
    if (token.text === 'return' || CONTROL.has(token.text)) break
    start = at
  }
  return start
}

/** From `<T, U>(` back to `<`. */
function beforeTypeParameters(code: readonly Token[], open: number): number {
  if (code[open - 1]?.text !== '>') return open
  let depth = 0
  for (let at = open - 1; at > 0; at--) {
    if (code[at]?.text === '>') depth++
    if (code[at]?.text === '<' && --depth === 0) return at
  }
  return open
}

function mayNameFunction(code: readonly Token[], at: number): boolean {
  const token = code[at]
  if (token?.text === ']') return true
  return (
    token?.kind === 'word' && !CONTROL.has(token.text) && code[at - 1]?.text !== 'new' && code[at - 1]?.text !== '.'
  )
}

/** Takes the index behind the parameters, gives that behind the return type, if there is one. */
function afterReturnType({ code, pairs }: Source, index: number): number {
  if (code[index]?.text !== ':') return index
  for (let at = index + 1; at < code.length; at++) {
    const { kind, text } = code[at] ?? { kind: 'number', text: '' }
    const previous = code[at - 1]?.text ?? ''
    if (text === '=>' && previous !== ')') return at
    if (text === '=>' && !isFunctionType({ code, pairs }, at)) return at
    if (text === '{' && !BEFORE_TYPE.has(previous)) return at
    if ('([{'.includes(text) && kind === 'punctuation') at = pairs.get(at) ?? code.length
    else if (kind !== 'word' && kind !== 'string' && kind !== 'number' && !IN_TYPE.has(text)) return index
  }
  return index
}

/** `(): (a: A) => B => …` is rare; `(): (A | B)[] => …` and `): void => …` are not: a named parameter decides. */
function isFunctionType({ code, pairs }: Pick<Source, 'code' | 'pairs'>, arrow: number): boolean {
  const open = pairs.get(arrow - 1) ?? 0
  return open + 1 === arrow - 1 || code[open + 2]?.text === ':'
}

function endOfArrow({ code, pairs }: Source, arrow: number): number {
  const body = arrow + 1
  if (code[body]?.text === '{') return pairs.get(body) ?? body
  for (let at = body; at < code.length; at++) {
    const token = code[at]
    if (token === undefined || (token.kind === 'punctuation' && /^[,;)\]}]$/.test(token.text))) return at - 1
    const previous = code[at - 1]
    const fresh = at > body && previous !== undefined && token.line > previous.endLine
    if (fresh && !CONTINUES.test(token.text) && !CONTINUES.test(previous.text)) return at - 1
    if (token.kind === 'punctuation' && '([{'.includes(token.text)) at = pairs.get(at) ?? at
  }
  return code.length - 1
}

/** Counts the parameters between two brackets: commas outside inner brackets and type arguments, but for a last one. */
function parametersIn({ code, pairs }: Source, open: number, close: number): number {
  let count = open + 1 < close ? 1 : 0
  let angles = 0
  for (let at = open + 1; at < close; at++) {
    const { kind, text, spaced } = code[at] ?? { kind: 'number', text: '', spaced: false }
    if (kind !== 'punctuation') continue
    if ('([{'.includes(text)) at = pairs.get(at) ?? close
    else if (text === '<' && !spaced) angles++
    else if (text === '>' && angles > 0) angles--
    else if (text === ',' && angles === 0 && at + 1 < close) count++
  }
  return count
}
