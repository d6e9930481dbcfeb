// Reads the pages that people read: which there are, their fenced blocks, their links and the places that links can
// name. Judges nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The root of the repository. */
export const REPOSITORY = join(import.meta.dir, '../../..')

/** A fenced block of a page. */
export interface Block {
  /** The word behind the fence; empty for a drawing. */
  readonly language: string
  /** With the newline of its last line. */
  readonly text: string
}

/** Every page of the repository, as paths from its root, in order. */
export function allPages(): string[] {
  const found = ['*.md', '{docs,ffi,src,tests}/**/*.md'].flatMap((pattern) => [
    ...new Bun.Glob(pattern).scanSync({ cwd: REPOSITORY }),
  ])
  return found.toSorted()
}

/** The text of a page, named by its path from the repository's root. */
export function textOfPage(page: string): string {
  return readFileSync(join(REPOSITORY, page), 'utf8')
}

/** The fenced blocks of a text, in order. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }))
}

/**
 * The text of the first block of `page`, a path from the root, that is fenced as `language` and contains `mark`.
 * Throws where there is none: the page and the test have to agree.
 */
export function blockOf(page: string, language: string, mark: string): string {
  const block = blocksOf(textOfPage(page)).find((one) => one.language === language && one.text.includes(mark))
  if (block === undefined) throw new Error(`Cannot find a "${language}" block with "${mark}" in ${page}`)
  return block.text
}

/** What the links and pictures of a text name, in order: a path, an address, or "#" and a heading. */
export function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
}

/** What stands in backquotes in a text, outside of its fences, in order. */
export function quotesOf(text: string): string[] {
  return [...prose(text, true).matchAll(/`([^`\n]+)`/g)].map(([, quote = '']) => quote)
}

/** What "#…" can name in a text: its headings, as the sites that show Markdown write them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of prose(text, true).matchAll(/^#+ (.*)$/gm)) {
    const words = heading.replaceAll(/\]\([^)]*\)|[^\p{L}\p{N} _-]/gu, '').toLowerCase()
    const anchor = words.replaceAll(' ', '-')
    let again = 0
    while (anchors.has(again === 0 ? anchor : `${anchor}-${again}`)) again++
    anchors.add(again === 0 ? anchor : `${anchor}-${again}`)
  }
  return anchors
}

/** A text without what stands in fences and, unless it is wanted, in backquotes: no link is one there. */
function prose(text: string, quoted = false): string {
  const outside = text.replaceAll(/^```\w*\n[^]*?^```$/gm, '')
  return quoted ? outside : outside.replaceAll(/`[^`\n]*`/g, '')
}
