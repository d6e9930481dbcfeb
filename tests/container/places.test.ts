// The places on the host that bunc reads and writes for itself, where it may not: one line says what was being done there.
import { afterAll, beforeAll, expect } from 'bun:test'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runProgram } from '#tests/support/spawn.ts'

const { test: withBinary } = needs('bunc')
const { test: asRoot } = needs('root', 'bunc')
const ANOTHER_USER = ['setpriv', '--reuid=54322', '--regid=54322', '--clear-groups']

let dir = ''
const at = (name: string) => join(dir, name)

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  chmodSync(dir, 0o755)
  // Every user can reach a copy: the repository may lie in a directory of root's own.
  copyFileSync(BINARY, at('bunc'))
  chmodSync(at('bunc'), 0o755)
  mkdirSync(at('private'), { mode: 0o700 })
  writeFileSync(at('file'), '')
})
afterAll(() => rmSync(dir, { recursive: true }))

/** Runs bunc, which must fail; gives what it says. */
async function complaint(words: readonly string[], by: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await runProgram(dir, [...by, at('bunc'), ...words])
  expect([code, stdout]).toEqual([1, ''])
  return stderr
}

const REFUSED = [
  [['list'], 'list the containers in "DIR/private": openat('],
  [['state', 'web'], 'find container "web" in "DIR/private": openat('],
  [['start', 'web'], 'start container "web": cannot find container "web" in "DIR/private": openat('],
  [['kill', 'web'], 'signal container "web": cannot find container "web" in "DIR/private": openat('],
  [
    ['run', '--bundle', 'BUNDLE', 'web'],
    'create container "web": cannot make the state directory "DIR/private/web": mkdirat(',
  ],
] as const

for (const [words, says] of REFUSED)
  asRoot(`${words[0]} says so where the state directory belongs to another user`, async () => {
    const bundle = at(`bundle-${words[0]}`)
    mkdirSync(bundle)
    await runProgram(dir, [at('bunc'), 'spec', '--bundle', bundle])
    const filled = words.map((word) => (word === 'BUNDLE' ? bundle : word))
    const [line, hint] = (await complaint(['--root', at('private'), ...filled], ANOTHER_USER)).split('\n')
    expect(line).toStartWith(`bunc: Cannot ${says.replace('DIR', dir)}`)
    expect(line).toEndWith(' = EACCES (permission denied)')
    expect(hint).toMatch(/^hint: .*--root/)
  })

withBinary('list says so where the state directory is a file', async () => {
  expect(await complaint(['--root', at('file'), 'list'])).toBe(
    `bunc: Cannot list the containers in "${at('file')}": it is no directory\n`,
  )
})

withBinary('spec says which file it cannot write', async () => {
  const file = at('absent/config.json')
  expect(await complaint(['spec', '--bundle', at('absent')])).toStartWith(`bunc: Cannot write "${file}": openat(`)
})

withBinary('a log that cannot be written is told of once, also where it is the reason', async () => {
  const log = ['--log', at('file/log')]
  const cannot = 'bunc: Cannot write the log: openat\\(.*\\) = ENOTDIR \\(not a directory\\)\\n'
  expect(await complaint([...log, '--debug', 'list'])).toMatch(new RegExp(`^${cannot}$`))
  expect(await complaint([...log, 'state', 'web'])).toMatch(new RegExp(`^bunc: container .*\\nhint: .*\\n${cannot}$`))
})
