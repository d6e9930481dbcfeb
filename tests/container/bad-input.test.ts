// What is wrong before anything is made: one clear line, a code other than 0, nothing left.
import { expect } from 'bun:test'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import type { Lack } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import type { Spec } from '#tests/support/spec.ts'

const TEXTS = [
  { title: 'is not JSON', config: '{"ociVersion": "1.0.2",', text: /json|config|parse|unexpected/i },
  { title: 'is empty', config: '', text: /json|config|EOF|parse/i },
  { title: 'is a list', config: '[]', text: /json|config|unmarshal|object|parse/i },
  { title: 'is null', config: 'null', text: /process|config|spec|null/i, but: [lacks('runc', 'panics')] },
  { title: 'is binary', config: '\x00\x01\x02', text: /json|config|invalid|parse/i },
]

for (const { title, config, text, but = [] } of TEXTS) {
  const check = async (box: Box) => {
    writeConfig(box.bundleDir, config)
    assertRefused(await box.call(['create', '--bundle', box.bundleDir, box.name]), text)
    expect(box.stateIds()).toEqual([])
  }
  containerTest(`create refuses a config.json that ${title}`, check, ...but)
}

const wrongly = (spec: object): Spec => spec

const crunLenient = lacks('crun', 'takes a value of another type without a word')
const crunVague = lacks('crun', 'does not name the field')
const peersCut = [lacks('runc', 'cuts the argument at the NUL'), lacks('crun', 'cuts the argument at the NUL')]

const SPECS: readonly { title: string; spec: Spec; text: RegExp; but?: readonly Lack[] }[] = [
  {
    title: 'args that are a text',
    spec: wrongly({ process: { args: 'true' } }),
    text: /args|array|unmarshal/i,
    but: [crunLenient],
  },
  {
    title: 'an args entry that is a number',
    spec: wrongly({ process: { args: ['true', 5] } }),
    text: /args|string/i,
    but: [crunLenient],
  },
  {
    title: 'a uid that is a text',
    spec: wrongly({ process: { user: { uid: 'root' } } }),
    text: /uid|number|unmarshal/i,
    but: [crunLenient],
  },
  {
    title: 'no args',
    spec: { process: { args: null } },
    text: /args/i,
    but: [lacks('crun', 'starts a shell in place of no program')],
  },
  { title: 'empty args', spec: { process: { args: [] } }, text: /args/i, but: [crunVague] },
  { title: 'an empty program name', spec: { process: { args: [''] } }, text: /executable|exec|args|empty|file/i },
  { title: 'no process', spec: { process: null }, text: /process/i, but: [crunVague] },
  { title: 'no working directory', spec: { process: { cwd: null } }, text: /cwd|working directory/i, but: [crunVague] },
  { title: 'no root', spec: { root: null }, text: /root/i },
  {
    title: 'a NUL in a variable',
    spec: { process: { env: ['PATH=/bin', 'A=b\0c'] } },
    text: /env|nul|invalid argument|\\x00/i,
    but: [lacks('crun', 'cuts the variable at the NUL')],
  },
  {
    title: 'a NUL in an argument',
    spec: { process: { args: ['echo', 'a\0b'] } },
    text: /args|nul|invalid argument|\\x00/i,
    but: peersCut,
  },
  {
    title: 'a mount without a destination',
    spec: wrongly({ mounts: [{ type: 'tmpfs', source: 'tmpfs' }] }),
    text: /mount|destination/i,
    but: [lacks('runc', 'warns and mounts it on the root'), crunVague],
  },
  { title: 'mounts that are an object', spec: wrongly({ mounts: {} }), text: /mounts|array|unmarshal/i },
  {
    title: 'a memory limit that is a text',
    spec: { linux: { resources: { memory: { limit: '64M' } } } },
    text: /limit|memory|number/i,
    but: [crunLenient],
  },
]

for (const { title, spec, text, but = [] } of SPECS) {
  const check = async (box: Box) => {
    assertRefused(await box.create(spec), text)
    expect(box.stateIds()).toEqual([])
  }
  containerTest(`create refuses a config.json with ${title}`, check, ...but)
}

containerTest('create refuses a bundle that is not there', async (box) => {
  assertRefused(await box.call(['create', '--bundle', box.path('absent'), box.name]), /absent/)
})

containerTest('create refuses a bundle that is a file', async (box) => {
  writeFileSync(box.path('file'), '')
  assertRefused(await box.call(['create', '--bundle', box.path('file'), box.name]), /not a directory/i)
})

containerTest('create refuses a bundle without a config.json', async (box) => {
  rmSync(`${box.bundleDir}/config.json`, { force: true })
  assertRefused(await box.call(['create', '--bundle', box.bundleDir, box.name]), /config\.json/)
})

containerTest('create refuses a config.json that is a directory', async (box) => {
  mkdirSync(`${box.bundleDir}/config.json`)
  assertRefused(await box.call(['create', '--bundle', box.bundleDir, box.name]), /config|is a directory/i)
})

containerTest('create without an id is refused', async (box) => {
  box.configure()
  const outcome = await box.call(['create', '--bundle', box.bundleDir])
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).not.toBe('')
})

containerTest('create with two ids is refused', async (box) => {
  box.configure()
  const outcome = await box.call(['create', '--bundle', box.bundleDir, box.name, 'another'])
  expect(outcome.code).not.toBe(0)
  expect(box.stateIds()).toEqual([])
})

containerTest('an unknown command is refused by name', async (box) => {
  const outcome = await box.call(['frobnicate'])
  expect(outcome.code).not.toBe(0)
  expect(outcome.stdout + outcome.stderr).toContain('frobnicate')
})

for (const args of [
  ['--frobnicate', 'list'],
  ['create', '--frobnicate', 'id'],
  ['delete', '--frobnicate', 'id'],
]) {
  containerTest(
    `an unknown flag is refused by name: ${args.join(' ')}`,
    async (box) => {
      const outcome = await box.call(args)
      expect(outcome.code).not.toBe(0)
      expect(outcome.stderr).toContain('frobnicate')
      expect(outcome.stdout).toBe('')
    },
    lacks('runc', 'prints its help on standard output'),
  )
}

containerTest('a flag without its value is refused', async (box) => {
  const outcome = await box.call(['create', '--bundle'])
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toContain('bundle')
})

containerTest('a state root that is a file is refused', async (box) => {
  writeFileSync(box.root, '')
  const outcome = await box.create()
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toMatch(/not a directory|exists/i)
})

containerTest('--log FILE --log-format json writes one JSON line with the text of standard error', async (box) => {
  const log = box.path('log.json')
  box.configure({ process: { args: ['no-such-program'] } })
  const flags = ['--log', log, '--log-format', 'json']
  const outcome = await box.call([...flags, 'create', '--bundle', box.bundleDir, box.name])
  expect(outcome.code).not.toBe(0)
  const entry = JSON.parse(readFileSync(log, 'utf8'))
  expect(entry).toMatchObject({ level: 'error' })
  expect(entry.msg).toContain('no-such-program')
  expect(outcome.stderr).toContain('no-such-program')
  expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
})

containerTest('--log writes nothing where nothing goes wrong', async (box) => {
  const log = box.path('log.json')
  box.configure()
  await box.ok(['--log', log, '--log-format', 'json', 'run', '--bundle', box.bundleDir, box.name])
  expect(
    await Bun.file(log)
      .exists()
      .then((there) => (there ? readFileSync(log, 'utf8') : '')),
  ).toBe('')
})

containerTest('--log-format refuses what it does not know', async (box) => {
  const outcome = await box.call(['--log', box.path('log'), '--log-format', 'xml', 'list'])
  expect(outcome.code).not.toBe(0)
})

containerTest('a pid file in a directory that is missing fails create and leaves nothing', async (box) => {
  box.configure()
  const outcome = await box.call(['create', '--pid-file', box.path('no/such/pid'), '--bundle', box.bundleDir, box.name])
  expect(outcome.code).not.toBe(0)
  expect(box.stateIds()).toEqual([])
  await box.assertClean()
})
