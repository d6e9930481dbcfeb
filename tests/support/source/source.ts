// A file of the repository, as the rules see it: its path from the root, its tokens and what can be read from them.

import { pairsOf, tokensOf } from './tokens.ts'
import type { Token } from './tokens.ts'

/** A TypeScript file. */
export interface Source {
  /** From the repository's root, as in "src/rootfs/mounts.ts". */
  readonly path: string
  readonly text: string
  /** Everything, comments included. */
  readonly tokens: readonly Token[]
  /** Everything but comments. */
  readonly code: readonly Token[]
  /** The brackets of `code`, both ways. */
  readonly pairs: ReadonlyMap<number, number>
}

/** Takes a path and a text, gives the file. */
export function sourceOf(path: string, text: string): Source {
  const tokens = tokensOf(text)
  const code = tokens.filter(({ kind }) => kind !== 'comment')
  return { path, text, tokens, code, pairs: pairsOf(code) }
}

/** A module that a file imports, in whatever way: statically, lazily, for its types, or to export it again. */
export interface Import {
  /** As written. */
  readonly module: string
  readonly line: number
}

/** Takes a file, gives its imports in order. */
export function importsOf({ code, pairs }: Source): Import[] {
  return code.flatMap((token, index) => {
    if (token.kind !== 'word' || (token.text !== 'import' && token.text !== 'export')) return []
    const module = code[index + 1]?.text === '(' ? code[index + 2] : moduleOfStatement(code, pairs, index)
    return module?.kind === 'string' ? [{ module: module.text, line: token.line }] : []
  })
}

/** `import 'x'`, or what follows `from` behind `* as a`, `{ … }`, `type`, names and commas. */
function moduleOfStatement(code: readonly Token[], pairs: ReadonlyMap<number, number>, index: number) {
  let at = index + 1
  if (code[index]?.text === 'import' && code[at]?.kind === 'string') return code[at]
  for (; at < code.length; at++) {
    const token = code[at]
    if (token?.text === 'from') return code[at + 1]
    if (token?.text === '{') at = pairs.get(at) ?? code.length
    else if (token?.kind !== 'word' && token?.text !== '*' && token?.text !== ',') return undefined
    else if (/^(const|function|class|interface|let|async|abstract|enum)$/.test(token.text)) return undefined
  }
  return undefined
}
