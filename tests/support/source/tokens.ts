// TypeScript as a list of tokens: enough to tell code from comments and strings, and to pair brackets. Not a parser; it
// relies on what `bun fmt` guarantees, such as the spaces around a comparison and none inside type arguments.

/** A token. Templates come as their texts, with the code between them as tokens of its own. */
export interface Token {
  readonly kind: 'comment' | 'word' | 'number' | 'string' | 'regex' | 'punctuation'
  /** As written; of a string, what stands between the quotes. */
  readonly text: string
  /** Counted from 1. */
  readonly line: number
  readonly endLine: number
  /** Whether white space or a comment stands before it. */
  readonly spaced: boolean
}

// The longest come first. A closing angle bracket always stands alone, for `Map<string, Set<string>>`.
const PUNCTUATION =
  /\.\.\.|=>|[=!]==?|\*\*=?|&&=?|\|\|=?|\?\?=?|\?\.(?!\d)|\+\+|--|<<=?|<=|[-+*/%&|^]=|[-+*/%&|^!~<>=?:;,.(){}[\]@]/y
const SPACE = /\s+/y
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const WORD = /[#\p{L}_$][\p{L}\p{N}_$]*/uy
const NUMBER = /(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e[-+]?\d+)?|\.\d+)n?/iy
const STRING = /'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"/y
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y
const REGEX = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y

/** After these words an expression begins, so that a slash is no division. */
const BEFORE_EXPRESSION = new Set(
  'return typeof case in of instanceof new delete void throw do else yield await'.split(' '),
)

/** Takes a source text, gives its tokens. Throws where a character belongs to none. */
export function tokensOf(source: string): Token[] {
  return new Scanner(source).scan()
}

class Scanner {
  readonly #source: string
  readonly #tokens: Token[] = []
  /** For each template that is open, how many braces are open in the code inside it. */
  readonly #templates: number[] = []
  #at = 0
  #line = 1
  #spaced = false

  constructor(source: string) {
    this.#source = source
  }

  scan(): Token[] {
    while (this.#at < this.#source.length) this.#next()
    return this.#tokens
  }

  #next(): void {
    if (this.#skipSpace()) return
    const character = this.#source[this.#at]
    if (character === '`') return this.#openTemplate()
    if (character === '}' && this.#templates.at(-1) === 0) return this.#resumeTemplate()
    if (this.#take('comment', COMMENT)) this.#spaced = true
    else if (!this.#takeString() && !this.#take('word', WORD) && !this.#take('number', NUMBER)) this.#takeMark()
  }

  #skipSpace(): boolean {
    const text = this.#match(SPACE)?.[0]
    if (text === undefined) return false
    this.#advance(text)
    this.#spaced = true
    return true
  }

  #takeString(): boolean {
    const match = this.#match(STRING)
    if (match === undefined) return false
    this.#push('string', match[1] ?? match[2] ?? '', match[0])
    return true
  }

  #takeMark(): void {
    if (this.#expressionMayBegin() && this.#take('regex', REGEX)) return
    const text = this.#match(PUNCTUATION)?.[0]
    if (text === undefined)
      throw new Error(`Cannot read line ${this.#line}: "${this.#source[this.#at]}" begins no token`)
    const top = this.#templates.length - 1
    const change = text === '{' ? 1 : text === '}' ? -1 : 0
    if (top >= 0) this.#templates[top] = (this.#templates[top] ?? 0) + change
    this.#push('punctuation', text, text)
  }

  #openTemplate(): void {
    this.#templates.push(0)
    this.#templateText('`')
  }

  /** The brace that ends the code inside a template is a token, as the one that begins it, for the pairs. */
  #resumeTemplate(): void {
    this.#push('punctuation', '}', '}')
    this.#templateText('')
  }

  #templateText(opening: string): void {
    TEMPLATE_TEXT.lastIndex = this.#at + opening.length
    const text = TEMPLATE_TEXT.exec(this.#source)?.[0] ?? ''
    const closed = this.#source[this.#at + opening.length + text.length] === '`'
    this.#push('string', text, `${opening}${text}${closed ? '`' : ''}`)
    if (closed) this.#templates.pop()
    else this.#push('punctuation', '{', '${')
  }

  #expressionMayBegin(): boolean {
    const last = this.#tokens.findLast(({ kind }) => kind !== 'comment')
    if (last === undefined) return true
    if (last.kind === 'word') return BEFORE_EXPRESSION.has(last.text)
    return last.kind === 'punctuation' && !')]}'.includes(last.text)
  }

  #take(kind: Token['kind'], pattern: RegExp): boolean {
    const text = this.#match(pattern)?.[0]
    if (text === undefined) return false
    this.#push(kind, text, text)
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#source) ?? undefined
  }

  #push(kind: Token['kind'], text: string, written: string): void {
    const line = this.#line
    this.#advance(written)
    this.#tokens.push({ kind, text, line, endLine: this.#line, spaced: this.#spaced })
    this.#spaced = false
  }

  #advance(text: string): void {
    this.#at += text.length
    for (const character of text) if (character === '\n') this.#line++
  }
}

/** Takes tokens, gives for each opening bracket the index of the one that closes it, and for that one the opening. */
export function pairsOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>()
  const open: number[] = []
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'punctuation') continue
    if ('([{'.includes(text)) open.push(index)
    if (!')]}'.includes(text)) continue
    const opening = open.pop()
    if (opening === undefined) continue
    pairs.set(opening, index)
    pairs.set(index, opening)
  }
  return pairs
}
