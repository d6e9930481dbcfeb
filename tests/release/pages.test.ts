// What README.md, docs/ci.md and docs/releases.md tell people to type in a clone, word for word, in a clone.
import { afterAll, expect, test } from 'bun:test'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as v from 'valibot'

import { hasController } from '#tests/support/cgroup-files.ts'
import { lacks, needs } from '#tests/support/needs.ts'
import { blockOf } from '#tests/support/pages/read.ts'
import { makeClone } from './clone.ts'
import type { Typed } from './clone.ts'
import { EXECUTABLES, makeReleaseIn, PACKAGES, REPOSITORY, scratch } from './released.ts'

const work = scratch()
afterAll(() => work[Symbol.dispose]())
const clone = makeClone(work.path)
const asRoot = needs('root', 'busybox')
const HELLO = 'echo "I am process $$ of $(hostname)"\nexit 7\n'

const without = (what: string | undefined, name: string, body: () => void) =>
  what === undefined ? asRoot.test(name, body) : test.skip(`${name} [skipped: ${what}]`, body)

/** Types a script on a terminal, which script(1) gives it, and then what a person would say to the shell. */
function typeOnTerminal(script: string): Typed {
  writeFileSync(join(work.path, 'typed'), script)
  return clone.type(`script -qec 'bash -e ${work.path}/typed' /dev/null`, HELLO)
}

asRoot.test('README.md: bunc is built, and its shell is in a container', () => {
  const { code, output } = typeOnTerminal(blockOf('README.md', 'sh', 'npm run build'))
  expect(output).toMatch(/dist\/bunc: linux-[^]*I am process \d+ of bunc\r?\n/)
  expect(code).toBe(7)
})

asRoot.test('README.md, CONTRIBUTING.md: npm start does both steps', () => {
  rmSync(join(clone.path, 'dist'), { recursive: true, force: true })
  const { output } = typeOnTerminal('npm start')
  expect(output).toMatch(/dist\/bunc: linux-[^]*I am process \d+ of bunc\r?\n/)
})

/** What a step of a workflow may be: a command, or an action by its name and version. */
const Step = v.union([
  v.strictObject({ run: v.string() }),
  v.strictObject({
    uses: v.pipe(v.string(), v.regex(/^actions\/(checkout|setup-node|upload-artifact)@v\d+$/)),
    if: v.optional(v.literal('always()')),
    with: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
  }),
])
const Workflow = v.strictObject({
  name: v.string(),
  on: v.string(),
  permissions: v.strictObject({ contents: v.literal('read') }),
  jobs: v.record(
    v.string(),
    v.strictObject({ 'runs-on': v.string(), 'timeout-minutes': v.number(), steps: v.array(Step) }),
  ),
})

const controllers =
  hasController('memory') && hasController('pids') ? undefined : 'needs the memory and the pids controller'
without(controllers, 'docs/ci.md: the steps of the workflow end well, and leave the report that is uploaded', () => {
  const { jobs } = v.parse(Workflow, Bun.YAML.parse(blockOf('docs/ci.md', 'yaml', 'runs-on')))
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  const commands = steps.flatMap((step) => ('run' in step ? [step.run] : []))
  expect(commands).toHaveLength(4)
  for (const command of commands) {
    const { code, output } = clone.type(command)
    if (code !== 0) expect(`$ ${command}\n${output}`).toBe('a command that ends with 0')
  }
  expect(Bun.which('bunc', { PATH: clone.bin })).not.toBeNull()
  const uploads = steps.flatMap((step) => ('uses' in step ? [step.with?.['path']] : [])).filter(Boolean)
  expect(uploads).toEqual(['selftest.xml'])
  expect(readFileSync(join(clone.path, 'selftest.xml'), 'utf8')).toMatch(/<testsuite [^>]*failures="0"/)
})

const checked = (output: string) => [...output.matchAll(/^(.*): OK$/gm)].map(([, file]) => file)
const RELEASED = [...EXECUTABLES, ...Object.values(PACKAGES), 'bunc.cdx.json'].toSorted()
const noGit = existsSync(join(REPOSITORY, '.git')) ? lacks(['git']) : 'this is no clone'

without(noGit, 'docs/releases.md: a release is checked, made again, and the same', () => {
  // As if it came from elsewhere: it is made here, of the same commit and the same changes.
  const published = join(clone.path, 'published')
  cpSync(makeReleaseIn(work.path), published, { recursive: true })
  const check = `cd published\n${blockOf('docs/releases.md', 'sh', '--ignore-missing')}`
  expect(checked(clone.type(check).output).toSorted()).toEqual(RELEASED)
  const changed = clone.type(`rm published/*.deb; echo x >>published/bunc-linux-amd64\n${check}`)
  expect(changed.code).not.toBe(0)
  expect(changed.output).toContain('bunc-linux-amd64: FAILED')
  expect(checked(changed.output)).toHaveLength(RELEASED.length - 3)

  const again = blockOf('docs/releases.md', 'sh', 'npm run release').replace('COMMIT', '--quiet HEAD')
  const { code, output } = clone.type(again)
  if (code !== 0) expect(output).toBe('')
  expect(checked(output).toSorted()).toEqual(RELEASED)
})
