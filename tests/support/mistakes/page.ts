// docs/troubleshooting.md: what it quotes of the runtimes, and how a real line becomes one that can be quoted. Each section
// has one block, with the line of bunc, its hint, and the lines of the peers.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Box } from '#tests/support/box.ts'
import type { Runtime } from '#tests/support/runtime.ts'
import type { Outcome } from '#tests/support/spawn.ts'

const PAGE = join(import.meta.dir, '../../../docs/troubleshooting.md')
const MARK = '```text\n'
const END = '```\n'

/** The versions that the page quotes; others word things in another way. */
const QUOTED = { runc: '1.1.5', crun: '1.8.1' } as const

/** Whether the page quotes this very version of a runtime. */
export function isQuoted({ name, version }: Runtime): boolean {
  return name === 'bunc' || QUOTED[name] === version
}

/** What crun says now and then in place of its reason: that its other half is gone. It is worth no quote. */
export function isNoise(line: string): boolean {
  return /^crun: .*(Broken pipe|sync socket)/.test(line)
}

/** The headings of the sections that have a block, in their order. */
export function titlesOfPage(): readonly string[] {
  const sections = readFileSync(PAGE, 'utf8').split('\n### ').slice(1)
  return sections.filter((section) => section.includes(MARK)).map((section) => section.split('\n')[0] ?? '')
}

/** What the page quotes of a runtime in a section: the lines that begin with its name, and the hint of bunc. */
export function quotedLines(title: string, name: Runtime['name']): readonly string[] {
  return blockOf(readFileSync(PAGE, 'utf8'), title).lines.filter((line) => speakerOf(line) === name)
}

/** Puts the lines of a runtime into the section, in the place of those that it has. */
export function requote(title: string, name: Runtime['name'], lines: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8')
  const block = blockOf(page, title)
  const others = (['bunc', 'runc', 'crun'] as const).flatMap((speaker) =>
    speaker === name ? lines : block.lines.filter((line) => speakerOf(line) === speaker),
  )
  const text = others.map((line) => `${line}\n`).join('')
  writeFileSync(PAGE, page.slice(0, block.start) + text + page.slice(block.end))
}

function blockOf(page: string, title: string): { start: number; end: number; lines: readonly string[] } {
  const section = page.indexOf(`\n### ${title}\n`)
  if (section < 0) throw new Error(`Cannot find the section "${title}" in docs/troubleshooting.md`)
  const start = page.indexOf(MARK, section) + MARK.length
  const end = page.indexOf(END, start)
  return { start, end, lines: page.slice(start, end).split('\n').slice(0, -1) }
}

function speakerOf(line: string): Runtime['name'] {
  return line.startsWith('runc: ') ? 'runc' : line.startsWith('crun: ') ? 'crun' : 'bunc'
}

/** Takes how a command ended, gives its lines as the page has them: the same on every host and in every run. */
export function quotable({ stderr, stdout }: Outcome, box: Box): readonly string[] {
  const { name } = box.runtime
  const text = stderr
    .replaceAll(box.dir, '/srv')
    .replaceAll(box.name, 'web')
    .replaceAll(/\b\d+(?=<)/g, '5')
    .replaceAll(/(\btask |\bprocess |\bprlimit64\(|\/proc\/)\d+/g, (_, before) => `${before}4711`)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (name === 'bunc') return lines
  const last = (name === 'runc' ? lines.at(-1) : lines[0]) ?? stdout.split('\n')[0] ?? ''
  return [`${name}: ${plain(last).slice(0, 400)}`]
}

/** The text alone: without the time, and out of the quotes of a log line. */
function plain(line: string): string {
  const message = /^time="[^"]*" level=\w+ msg=(".*")$/.exec(line)?.[1]
  if (message !== undefined) return message.slice(1, -1).replaceAll('\\"', '"')
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z: /, '')
}
