// Reads a fenced block out of a page of docs/, so that what the documentation tells people to write is what the tests
// configure their engines with.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * The text of the first block of `page` that is fenced as `language` and contains `mark`.
 * Throws where there is none: the page and the test have to agree.
 */
export function docBlock(page: string, language: string, mark: string): string {
  const text = readFileSync(resolve(import.meta.dir, '../../docs', page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
  const block = blocks.find(([, fenced, body]) => fenced === language && body?.includes(mark))?.[2]
  if (block === undefined) throw new Error(`Cannot find a "${language}" block with "${mark}" in docs/${page}`)
  return block
}
