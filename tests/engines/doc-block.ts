// Reads a fenced block out of a page of docs/, so that what the documentation tells people to write is what the tests
// configure their engines with.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface Block {
  readonly language: string
  readonly text: string
}

const taken = new Set<string>()

/**
 * The text of the first block of `page` that is fenced as `language` and contains `mark`.
 * Throws where there is none: the page and the test have to agree.
 */
export function docBlock(page: string, language: string, mark: string): string {
  const block = blocksOf(page).find((one) => one.language === language && one.text.includes(mark))
  if (block === undefined) throw new Error(`Cannot find a "${language}" block with "${mark}" in docs/${page}`)
  taken.add(block.text)
  return block.text
}

/** The first lines of the blocks of `page` that nobody has asked for in this process. */
export function untakenBlocks(page: string): string[] {
  const rest = blocksOf(page).filter(({ text }) => !taken.has(text))
  return rest.map(({ language, text }) => `${language}: ${text.split('\n')[0]}`)
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(resolve(import.meta.dir, '../../docs', page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }))
}
