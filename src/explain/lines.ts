// The line of a JSON text on which each value stands, by its path. For text that JSON.parse takes.

import { pathOf } from '#src/config/problem.ts'

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[^\s{}[\],:"]+/g

/** An object or a list that is open, and the key of the value that comes next. */
type Level = { readonly list: boolean; key: string | number; named: boolean }

/** Takes a JSON text, gives the lines, counted from 1, by the paths that errors print. A key that is there twice counts last. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const levels: Level[] = []
  let line = 1
  const value = () => lines.set(pathOf(levels.map(({ key }) => key)), line)
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    switch (token) {
      case '\n':
        line += 1
        break
      case '{':
      case '[':
        value()
        levels.push({ list: token === '[', key: token === '[' ? 0 : '', named: false })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (level !== undefined) next(level)
        break
      case ':':
        break
      default:
        if (level === undefined || level.list || level.named) value()
        else {
          level.key = String(JSON.parse(token))
          level.named = true
          // An object begins where its key stands.
          value()
        }
    }
  }
  return lines
}

function next(level: Level): void {
  level.named = false
  if (typeof level.key === 'number') level.key += 1
}
