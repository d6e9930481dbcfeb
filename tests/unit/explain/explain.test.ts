// `explain`: the recorded calls of `create`, by steps, each with the line of the config. The text as a whole is a golden
// file; `BUNC_UPDATE_GOLDEN=1 bun test tests/unit/explain` writes it anew.

import { afterAll, beforeAll, expect, setSystemTime, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readConfig } from '#src/config/config.ts'
import { causeOf } from '#src/explain/causes.ts'
import { explain, type Explanation } from '#src/explain/explain.ts'
import { linesOf } from '#src/explain/lines.ts'
import { explanationText } from '#src/explain/text.ts'
import { transcriptHost } from '#tests/transcripts/host.ts'

beforeAll(() => void setSystemTime(new Date('2026-01-02T03:04:05.006Z')))
afterAll(() => void setSystemTime())

function explained(name: string, change: (text: string) => string = (text) => text): Explanation {
  const file = join(import.meta.dir, '../../transcripts', name, 'config.json')
  const configText = change(readFileSync(file, 'utf8'))
  const config = readConfig(configText)
  return explain(transcriptHost({ cwd: config.process?.cwd ?? '/' }), {
    store: '/run/bunc',
    id: name,
    bundle: '/bundle',
    config,
    configText,
    cgroupDriver: 'cgroupfs',
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    owner: '',
    warn: (error) => {
      throw error
    },
  })
}

test('the text for a small config is the one that was reviewed', () => {
  const file = join(import.meta.dir, 'read-only.txt')
  const text = explanationText(explained('read-only'), 'config.json')
  if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
})

test('every mount, sysctl and path of a config of Docker is the cause of a step, with its line', () => {
  const text = readFileSync(join(import.meta.dir, '../../transcripts/docker/config.json'), 'utf8')
  const lines = text.split('\n')
  const { steps, error } = explained('docker')
  expect(error).toBeUndefined()
  const causes = new Map(steps.flatMap(({ cause }) => (cause === undefined ? [] : [[cause.path, cause.line]])))
  const { mounts, linux } = JSON.parse(text)
  for (const [i, { destination }] of mounts.entries()) {
    const line = causes.get(`mounts[${i}]`)
    expect(lines.slice((line ?? 0) - 1, (line ?? 0) + 1).join('\n')).toContain(`"${destination}"`)
  }
  for (const name of Object.keys(linux.sysctl)) expect([...causes.keys()]).toContain(`linux.sysctl["${name}"]`)
  for (const path of ['linux.seccomp', 'process.apparmorProfile', 'hostname', 'root.path', 'process.capabilities'])
    expect(lines[(causes.get(path) ?? 0) - 1]).toContain(`"${path.split('.').at(-1)}"`)
})

test('a create that would fail is explained up to its end', () => {
  const { steps, error } = explained('minimal', (text) => text.replace('"/bin/true"', '"/nowhere/true/"'))
  expect(error).toStartWith('Cannot create container "minimal": ')
  expect(steps.length).toBeGreaterThan(5)
})

test('linesOf() tells the line of each value, the key of an object included', () => {
  const text = `{
  "a": { "b": [
    1, "x,{}[]:\\"",
    { "c": null } ],
    "net.x": true
  },
  "d": []
}`
  expect([...linesOf(text)]).toEqual([
    ['', 1],
    ['a', 2],
    ['a.b', 2],
    ['a.b[0]', 3],
    ['a.b[1]', 3],
    ['a.b[2]', 4],
    ['a.b[2].c', 4],
    ['a["net.x"]', 5],
    ['d', 7],
  ])
})

test('causeOf() takes the field that a step names, or the one that it is known to come from', () => {
  expect(causeOf('make mounts[3], "sysfs" on "/sys"')).toBe('mounts[3]')
  expect(causeOf('set linux.sysctl["net.core.somaxconn"] to "1"')).toBe('linux.sysctl["net.core.somaxconn"]')
  expect(causeOf('run hooks.prestart[0], "/bin/x"')).toBe('hooks.prestart[0]')
  expect(causeOf('set memory.max for linux.resources.memory.limit')).toBe('linux.resources.memory.limit')
  expect(causeOf('become user 0:0')).toBe('process.user')
  expect(causeOf('write the pid file "/run/x.pid"')).toBeUndefined()
})
