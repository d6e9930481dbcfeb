/** NUL bytes: refused wherever a string can reach the kernel. */

import { expect, test } from 'bun:test'
import { readConfig, readProcess } from '#src/config/config.ts'
import { mayHoldNul, nulProblems } from '#src/config/nul.ts'
import { complaints, configText, type Change } from '#tests/support/config-text.ts'

test('mayHoldNul() is never wrong about a text without NUL', () => {
  expect(mayHoldNul(JSON.stringify(['a\0b']))).toBe(true)
  expect(mayHoldNul(JSON.stringify({ '\0': 1 }))).toBe(true)
  expect(mayHoldNul(JSON.stringify(['\u0001\\u000']))).toBe(false)
})

test('nulProblems() names every string and every key with a NUL', () => {
  expect(nulProblems({ a: ['x', 'y\0'], 'k\0': { b: '\0' } })).toEqual([
    { path: 'a[1]', message: 'holds a NUL byte' },
    { path: '["k\\u0000"]', message: 'holds a NUL byte' },
    { path: '["k\\u0000"].b', message: 'holds a NUL byte' },
  ])
})

const NUL = 'a\0b'
const PLACES: readonly (readonly [change: Change, path: string])[] = [
  [{ 'root.path': NUL }, 'root.path'],
  [{ 'process.args[1]': NUL }, 'process.args[1]'],
  [{ 'process.env[0]': `A=${NUL}` }, 'process.env[0]'],
  [{ 'process.cwd': `/${NUL}` }, 'process.cwd'],
  [{ 'process.apparmorProfile': NUL }, 'process.apparmorProfile'],
  [{ hostname: NUL, 'linux.namespaces[0].type': 'uts' }, 'hostname'],
  [{ 'mounts[0]': { destination: '/a', source: NUL } }, 'mounts[0].source'],
  [{ 'mounts[0]': { destination: '/a', options: [NUL] } }, 'mounts[0].options[0]'],
  [{ 'hooks.poststop[0]': { path: `/${NUL}` } }, 'hooks.poststop[0].path'],
  [{ 'linux.cgroupsPath': NUL }, 'linux.cgroupsPath'],
  [{ 'linux.maskedPaths[0]': `/${NUL}`, 'linux.namespaces[0].type': 'mount' }, 'linux.maskedPaths[0]'],
  [{ annotations: { a: NUL } }, 'annotations.a'],
]

for (const [change, path] of PLACES)
  test(`a NUL byte at ${path} is refused`, () => {
    expect(complaints(() => readConfig(configText(change)))).toEqual([`${path}: holds a NUL byte`])
  })

test('a NUL byte is refused in the process of an exec, and told together with other problems', () => {
  expect(complaints(() => readProcess('{"cwd":"/","args":["a\\u0000"],"env":[1]}'))).toEqual([
    'args[0]: holds a NUL byte',
    'env[0]: 1 is not a string',
  ])
})

test('a backslash before "u0000" is no NUL byte', () => {
  expect(readConfig(configText({ 'process.args[0]': '\\u0000' })).process?.args).toEqual(['\\u0000'])
})
