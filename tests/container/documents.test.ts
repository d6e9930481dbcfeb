// What bunc says of itself: completion scripts and the manual page, read by the programs that they are made for, with
// the binary under test as the "bunc" of their PATH.
import { afterAll, beforeAll, expect } from 'bun:test'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runProgram, SEARCH_PATH } from '#tests/support/spawn.ts'

let dir = ''
const { test: withBinary } = needs('bunc')

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  symlinkSync(resolve(BINARY), join(dir, 'bunc'))
})
afterAll(() => rmSync(dir, { recursive: true }))

/** Runs a program that must say nothing on stderr and end well; gives the lines of its output. */
async function lines(argv: readonly string[]): Promise<string[]> {
  const env = { PATH: `${dir}:${SEARCH_PATH}`, HOME: dir, MANWIDTH: '100', LC_ALL: 'C.UTF-8' }
  const { code, stdout, stderr } = await runProgram(dir, argv, { env })
  expect([code, stderr]).toEqual([0, ''])
  return stdout.split('\n').filter((line) => line !== '')
}

needs('bunc', 'bash').test('bash sources its completion script, and completes by it', async () => {
  const source = 'source <(bunc completion bash)'
  expect(await lines(['bash', '--norc', '-c', `${source}; complete -p bunc`])).toEqual(['complete -F _bunc bunc'])
  const complete = 'COMP_WORDS=(bunc sta) COMP_CWORD=1; _bunc; printf "%s\\n" "${COMPREPLY[@]}"'
  expect(await lines(['bash', '--norc', '-c', `${source}; ${complete}`])).toEqual(['start', 'state'])
})

needs('bunc', 'zsh').test('zsh sources its completion script, and knows the function', async () => {
  const script = 'autoload -U compinit; compinit -D -u; source <(bunc completion zsh); print $_comps[bunc]'
  expect(await lines(['zsh', '-f', '-c', script])).toEqual(['_bunc'])
})

needs('bunc', 'fish').test('fish sources its completion script, and completes by it', async () => {
  const script = 'bunc completion fish | source; complete -C "bunc completion "'
  const words = await lines(['fish', '--no-config', '-c', script])
  expect(words.map((line) => line.split('\t')[0]).sort()).toEqual(['bash', 'fish', 'zsh'])
})

needs('bunc', 'man').test('man shows the manual page without a warning', async () => {
  const page = (await lines(['sh', '-c', 'bunc man | man --warnings -l -'])).join('\n')
  for (const text of ['BUNC(8)', 'bunc kill [FLAGS] CONTAINER [SIGNAL]', 'bunc completion bash|zsh|fish']) {
    expect(page).toContain(text)
  }
})

withBinary('completion for another shell is refused by name', async () => {
  const { code, stdout, stderr } = await runProgram(dir, [join(dir, 'bunc'), 'completion', 'csh'])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/"csh" is not one of "bash", "zsh", "fish"/)
})
