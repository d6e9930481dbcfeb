// The pages: every command in them is executed by a test, or it is said here why not, and every link leads somewhere.
import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { CLAIMS } from '#tests/support/pages/claims.ts'
import type { Claim } from '#tests/support/pages/claims.ts'
import { allPages, anchorsOf, blocksOf, linksOf, REPOSITORY, textOfPage } from '#tests/support/pages/read.ts'
import type { Block } from '#tests/support/pages/read.ts'

const blocks = allPages().flatMap((page) => blocksOf(textOfPage(page)).map((block) => ({ page, block })))
const claims = (claim: Claim, page: string, { language, text }: Block) =>
  claim.page === page && claim.language === language && text.includes(claim.mark ?? '')

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8')

describe('commands', () => {
  test('every block of a page is claimed once: in tests/support/pages/claims.ts', () => {
    const wrong = blocks
      .filter(({ block }) => block.language !== '')
      .map(({ page, block }) => {
        const count = CLAIMS.filter((claim) => claims(claim, page, block)).length
        return count === 1 ? '' : `${page}: ${block.language}: claimed ${count} times: ${block.text.split('\n')[0]}`
      })
    expect(wrong.filter(Boolean)).toEqual([])
    expect(blocks.length).toBeGreaterThan(100)
  })

  test('what has no language is a drawing, and no command', () => {
    const drawn = blocks.filter(({ block }) => block.language === '')
    const commands = drawn.filter(({ block }) => /^\$ |^(?:sudo )?(?:bunc|npm|docker|podman|ctr) /m.test(block.text))
    expect(commands).toEqual([])
  })

  test('every claim is to something, and made by a test that names the page, or for a reason', () => {
    const wrong = CLAIMS.filter((claim) => {
      const { page, mark = '', test: file, reason } = claim
      const count = blocks.filter((one) => claims(claim, one.page, one.block)).length
      if (count === 0 || (mark !== '' && count > 1)) return true
      if (file === undefined) return reason === undefined
      if (!existsSync(join(REPOSITORY, file))) return true
      return ![basename(page), mark].every((text) => textOf(file).includes(text))
    })
    expect(wrong).toEqual([])
    const reasons = CLAIMS.filter(({ reason }) => reason !== undefined)
    for (const { page, language, mark, reason } of reasons)
      console.log(`not executed: ${page}, "${mark ?? language}": ${reason}`)
    console.log(`${blocks.length} blocks, ${reasons.length} of them not executed`)
  })
})

describe('links', () => {
  for (const page of allPages())
    test(`those of ${page} lead somewhere`, () => {
      const broken = linksOf(textOfPage(page)).filter((link) => {
        if (/^https:/.test(link)) return false
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        if (!existsSync(join(REPOSITORY, target))) return true
        return anchor !== undefined && !anchorsOf(textOfPage(target)).has(anchor)
      })
      expect(broken).toEqual([])
    })

  test('every page of docs/ is in the list of the README', () => {
    const linked = new Set(linksOf(textOfPage('README.md')).map((link) => link.split('#')[0]))
    expect(allPages().filter((page) => page.startsWith('docs/') && !linked.has(page))).toEqual([])
  })
})

test('no line of prose is wider than 124 columns: what is wrapped by hand is compared line by line', () => {
  const wide = allPages().flatMap((page) =>
    textOfPage(page)
      .replaceAll(/^```[^]*?^```$/gm, '')
      .split('\n')
      .filter((line) => line.length > 124 && !/^(?:\||> |!\[)/.test(line))
      .map((line) => `${page}: ${line}`),
  )
  expect(wide).toEqual([])
})

describe('what a page is read as', () => {
  const PAGE = '# One `two`\n\n[a](b.md#c) `[no](x)`\n\n```sh\n[no](y)\n```\n\n## One, two\n\n![p](q.svg)\n'

  test('links are found outside of quotes, headings become what links name', () => {
    expect(linksOf(PAGE)).toEqual(['b.md#c', 'q.svg'])
    expect([...anchorsOf(PAGE)]).toEqual(['one-two', 'one-two-1'])
  })

  test('a block has its language, and a drawing has none', () => {
    expect(blocksOf(`${PAGE}\`\`\`\n┌\n\`\`\`\n`)).toEqual([
      { language: 'sh', text: '[no](y)\n' },
      { language: '', text: '┌\n' },
    ])
  })
})
