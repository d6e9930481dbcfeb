// Takes a fenced block out of a page of docs/, so that what the documentation tells people to write is what the tests
// configure their engines with.
import { blockOf, blocksOf, textOfPage } from '#tests/support/pages/read.ts'

const taken = new Set<string>()

/**
 * The text of the first block of `page` that is fenced as `language` and contains `mark`.
 * Throws where there is none: the page and the test have to agree.
 */
export function docBlock(page: string, language: string, mark: string): string {
  const text = blockOf(`docs/${page}`, language, mark)
  taken.add(text)
  return text
}

/** The first lines of the blocks of `page` that nobody has asked for in this process. */
export function untakenBlocks(page: string): string[] {
  const rest = blocksOf(textOfPage(`docs/${page}`)).filter(({ text }) => !taken.has(text))
  return rest.map(({ language, text }) => `${language}: ${text.split('\n')[0]}`)
}
