// Rules about size, and the figures behind them. Tables are exempt: they are read by looking a row up.

import { functionsOf } from '../source/functions.ts'
import type { Source } from '../source/source.ts'
import { within } from './rule.ts'
import type { Rule } from './rule.ts'

const FILE_LINES = 350
const FUNCTION_LINES = 60
const PARAMETERS = 4

/** True for a file that holds tables alone: types, and constants that are written as a list, an object or a text. */
export function isTable({ code, pairs, path, text }: Source): boolean {
  if (functionsOf({ code, pairs, path, text, tokens: code }).length > 0) return false
  const values = code.flatMap((token, index) => (token.text === '=' && token.kind === 'punctuation' ? [index + 1] : []))
  const topLevel = values.filter((index) => {
    const start = startOfLine(code, index - 1)
    return code[code[start]?.text === 'export' ? start + 1 : start]?.text === 'const'
  })
  return (
    topLevel.length > 0 &&
    topLevel.every((index) => code[index]?.kind === 'string' || ['{', '['].includes(code[index]?.text ?? ''))
  )
}

function startOfLine(code: Source['code'], index: number): number {
  let at = index
  while (at > 0 && code[at - 1]?.line === code[index]?.line) at--
  return at
}

/** Takes a file, gives the number of its lines. */
export function linesOf({ text }: Source): number {
  return text.split('\n').length - 1
}

/** Takes numbers, gives the least that so many percent of them do not exceed; 0 for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

/** The rules, each a test. */
export const SIZES: readonly Rule[] = [
  {
    name: `a file has at most ${FILE_LINES} lines`,
    reason: 'a file that does not fit into the head is two files; tables are exempt, and stand alone in their files',
    covers: within.everything,
    breaches: (source) => {
      const lines = linesOf(source)
      return lines > FILE_LINES && !isTable(source) ? [{ line: FILE_LINES, what: `has ${lines} lines` }] : []
    },
  },
  {
    name: `a function has at most ${FUNCTION_LINES} lines`,
    reason: 'a step that needs more lines than a screen has hides another step',
    covers: within.notTests,
    breaches: (source) =>
      functionsOf(source)
        .filter(({ lines }) => lines > FUNCTION_LINES)
        .map(({ line, name, lines }) => ({ line, what: `${name} has ${lines} lines` })),
  },
  {
    name: `a function takes at most ${PARAMETERS} parameters`,
    reason: 'the fifth argument of a call is read as the fourth; a value with named fields is not',
    covers: within.everything,
    breaches: (source) =>
      functionsOf(source)
        .filter(({ parameters }) => parameters > PARAMETERS)
        .map(({ line, name, parameters }) => ({ line, what: `${name} takes ${parameters} parameters` })),
  },
]
