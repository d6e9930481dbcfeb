// `features`: JSON on stdout and nothing on stderr, with every key that runc prints and a value of the same type, and
// every name that runc knows.
import { expect } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { needs } from '#tests/support/needs.ts'
import { BINARY } from '#tests/support/requirements.ts'
import { runProgram } from '#tests/support/spawn.ts'

const { test: withBinary } = needs('bunc')
const { test: withBoth } = needs('bunc', 'runc')

/** What runc prints and bunc has a reason not to. */
const LACKING = new Map([
  ['mountOptions acl', 'since the mount API of Linux 5.2 each file system says what it makes of it'],
  ['mountOptions noacl', 'the same'],
  ['linux.seccomp.actions SCMP_ACT_NOTIFY', 'a profile that names it is refused'],
])

async function featuresOf(program: string): Promise<object> {
  const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  try {
    const { code, stdout, stderr } = await runProgram(dir, [program, '--root', join(dir, 'state'), 'features'])
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** Every leaf by its path; a list is a leaf. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, value]])
  const within = Object.entries(value).flatMap(([key, entry]) => [
    ...leaves(entry, path === '' ? key : `${path}.${key}`),
  ])
  return new Map(within)
}

const typeOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value)

withBinary('features is one JSON object, and nothing is said beside it', async () => {
  const said = await featuresOf(resolve(BINARY))
  expect(said).toMatchObject({ ociVersionMin: '1.0.0', ociVersionMax: expect.stringMatching(/^1\.\d+\.\d+$/) })
})

withBoth('features has the keys of runc’s, with values of the same types, and all its names', async () => {
  const [own, runcs] = [leaves(await featuresOf(resolve(BINARY))), leaves(await featuresOf('runc'))]
  const compared = [...runcs].filter(([path]) => !path.startsWith('annotations.'))
  expect(compared.map(([path]) => [path, typeOf(own.get(path))])).toEqual(
    compared.map(([path, value]) => [path, typeOf(value)]),
  )
  const missing = compared.flatMap(([path, value]) => {
    const names = own.get(path)
    return Array.isArray(value) && Array.isArray(names)
      ? value.filter((name) => !names.includes(name)).map((name) => `${path} ${name}`)
      : []
  })
  expect(missing.filter((name) => !LACKING.has(name))).toEqual([])
})
