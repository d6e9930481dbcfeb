// What the pages name is there: scripts, suites, files, variables, and the commands and flags of bunc.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Command, Options } from '#src/cli/grammar.ts'
import { program } from '#src/cli/commands.ts'
import { allPages, blocksOf, quotesOf, REPOSITORY, textOfPage } from '#tests/support/pages/read.ts'
import { SUITES } from '#tests/support/suites.ts'

const COMMANDS: Readonly<Record<string, Command>> = program.commands
const GLOBAL: Options = program.options
const textOf = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8')
const everywhere = <Found>(find: (text: string) => Found[]) =>
  allPages().flatMap((page) => find(textOfPage(page)).map((found) => ({ page, found })))

/** All that stands in backquotes or is a line of a block of shell. */
const typed = everywhere((text) => [
  ...quotesOf(text),
  ...blocksOf(text).flatMap(({ language, text: body }) => (/^(?:sh|console)$/.test(language) ? body.split('\n') : [])),
])

/** Commands of npm itself. */
const OWN = ['ci', 'install', 'pack', 'version']

test('npm has the scripts that pages name, and CONTRIBUTING.md or README.md names each', () => {
  const { scripts } = JSON.parse(textOf('package.json'))
  const named = typed.flatMap(({ page, found }) => {
    const [, name] = /^npm (?:run )?([\w-]+)/.exec(found) ?? []
    return name === undefined || OWN.includes(name) ? [] : [{ page, name }]
  })
  expect(named.filter(({ name }) => !(name in scripts))).toEqual([])
  const told = named.filter(({ page }) => /^(?:CONTRIBUTING|README)\.md$/.test(page)).map(({ name }) => name)
  expect(new Set(told)).toEqual(new Set(Object.keys(scripts)))
})

test('the suites that pages run are there', () => {
  const words = typed.flatMap(({ page, found }) => {
    const [, suites = ''] = /^npm test -- ((?:[a-z]+ ?)+)/.exec(found) ?? []
    return suites.split(' ').map((name) => ({ page, name }))
  })
  expect(words.length).toBeGreaterThan(3)
  expect(words.filter(({ name }) => name !== '' && !(name in SUITES))).toEqual([])
})

test('the files that pages name are there', () => {
  const named = typed.flatMap(({ page, found }) => {
    const [path] = /(?:^|(?<=^bun (?:test )?))(?:tests|src|ffi|docs|\.ci)\/[\w./-]*/.exec(found) ?? []
    return path === undefined ? [] : [{ page, path }]
  })
  expect(named.length).toBeGreaterThan(60)
  expect(named.filter(({ path }) => !existsSync(join(REPOSITORY, path)))).toEqual([])
})

test('every variable that a page names is one that the code has', () => {
  const files = [...new Bun.Glob('{src,ffi,tests,.ci}/**/*').scanSync({ cwd: REPOSITORY, dot: true }), 'compile.ts']
  const code = files.filter((path) => !path.endsWith('.md')).map(textOf)
  const named = everywhere((text) => text.match(/\bBUNC_[A-Z_]+\b/g) ?? [])
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ found }) => !code.some((text) => text.includes(found)))).toEqual([])
})

/** What is wrong with the words of a command line of bunc; undefined where nothing is. */
function wrongIn(line: string): string | undefined {
  const words = line.replace(/ -- .*/, '').split(/\s+/)
  const verb = words.find((word, index) => word in COMMANDS && !words[index - 1]?.startsWith('--root'))
  const first = words.find((word) => /^[a-z]/.test(word))
  if (verb === undefined) return first === undefined || first === 'help' ? undefined : `no command "${first}"`
  const known = { ...GLOBAL, ...COMMANDS[verb]?.options }
  return words.flatMap((word) => {
    const [, flag = ''] = /^--([a-z-]+)/.exec(word) ?? []
    return flag === '' || flag in known ? [] : [`no flag "${word}" of "${verb}"`]
  })[0]
}

test('the commands and flags of bunc that pages name are there', () => {
  const lines = typed.flatMap(({ page, found }) => {
    const [, line] = /^(?:\$ )?(?:sudo )?(?:dist\/)?bunc (.+?)(?: [|#>].*)?$/.exec(found) ?? []
    return line === undefined ? [] : [{ page, line, wrong: wrongIn(line) }]
  })
  expect(lines.length).toBeGreaterThan(50)
  expect(lines.filter(({ wrong }) => wrong !== undefined)).toEqual([])
  expect(wrongIn('exec --nowhere web true')).toBe('no flag "--nowhere" of "exec"')
  expect(wrongIn('creat web')).toBe('no command "creat"')
})

test('the README lists every command, and no other', () => {
  const [, list = ''] = /^## What works$[^]*?^- ([^]*?)^- /m.exec(textOfPage('README.md')) ?? []
  expect(new Set(quotesOf(list))).toEqual(new Set(Object.keys(COMMANDS)))
})
