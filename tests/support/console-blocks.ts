// Reads what a page shows of a terminal: blocks of "console", with "$ " before each command and its output below.

import { blocksOf } from './pages/read.ts'

/** A command of a page, and what the page says that it prints. */
export interface Shown {
  readonly command: string
  /** Lines; "…" stands for any number of them. */
  readonly output: readonly string[]
}

/** Takes the text of a page, gives its commands in order. */
export function commandsOf(page: string): Shown[] {
  const shells = blocksOf(page).filter(({ language }) => language === 'console')
  const shown = shells.flatMap(({ text }) => text.split(/^\$ /m).slice(1))
  return shown.map((text) => {
    const [command = '', ...output] = text.trimEnd().split('\n')
    return { command, output }
  })
}

/** Whether a program printed what a page shows, but for numbers, widths of columns and the places of things. */
export function isShown(printed: string, shown: readonly string[]): boolean {
  const lines = printed === '' ? [] : printed.trimEnd().split('\n')
  return fits(lines.map(general), shown.map(general))
}

function fits(lines: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return lines.length === 0
  if (first !== '…') return lines[0] === first && fits(lines.slice(1), rest)
  return [...lines, ''].some((_, skipped) => fits(lines.slice(skipped), rest))
}

function general(line: string): string {
  return line
    .replaceAll(/\S*\/hello\b/g, '/hello')
    .replaceAll(/\d+/g, '0')
    .replaceAll(/ +/g, ' ')
}
