// What is remembered of a container: written and read again, and every kind of damage noticed.

import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { Failure } from '#src/failure.ts'
import { loadState, parseState, saveState } from '#src/container/state.ts'
import { scratch } from '../ffi/scratch.ts'
import { stateOf } from './state-of.ts'

const FULL = stateOf({
  annotations: { 'org.example.key': 'value "quoted"' },
  cgroup: {
    driver: 'cgroupfs',
    hierarchies: [
      { version: 2, controllers: [], mount: '/sys/fs/cgroup', path: '/sys/fs/cgroup/web' },
      { version: 1, controllers: ['cpu', 'cpuacct'], mount: '/sys/fs/cgroup/cpu', path: '/sys/fs/cgroup/cpu/web' },
    ],
  },
})

test('what is saved is what is loaded', () => {
  using at = scratch()
  saveState(here, at.path(), FULL)
  expect(loadState(here, at.path())).toEqual(FULL)
  expect(statSync(at.path('state.json')).mode & 0o777).toBe(0o600)
})

test('the groups of resctrl are among it where there are some', () => {
  using at = scratch()
  const resctrl = { groups: ['/sys/fs/resctrl/web'], made: [] }
  saveState(here, at.path(), { ...FULL, resctrl })
  expect(loadState(here, at.path())?.resctrl).toEqual(resctrl)
})

test('a state is replaced as a whole, and nothing is left beside it', () => {
  using at = scratch()
  saveState(here, at.path(), FULL)
  saveState(here, at.path(), { ...FULL, pid: 43 })
  expect(loadState(here, at.path())?.pid).toBe(43)
  expect(readdirSync(at.path())).toEqual(['state.json'])
})

test('where there is none, there is no container', () => {
  using at = scratch()
  expect(loadState(here, at.path())).toBeUndefined()
  expect(loadState(here, at.path('absent'))).toBeUndefined()
})

describe('a damaged file', () => {
  const damages = (text: string) => () => parseState(text, '/run/bunc/web/state.json')
  const MESSAGE = 'the state file "/run/bunc/web/state.json" is damaged'
  const without = (name: string) => JSON.stringify({ ...FULL, [name]: undefined })
  const cgroup = (value: unknown) => JSON.stringify({ ...FULL, cgroup: value })
  const hierarchy = (change: object) =>
    cgroup({
      driver: 'cgroupfs',
      hierarchies: [{ version: 2, controllers: [], mount: '/cg', path: '/cg/web', ...change }],
    })

  test.each([
    ['has groups that are no paths', JSON.stringify({ ...FULL, resctrl: { groups: ['web'], made: [] } })],
    ['is empty', ''],
    ['was cut off', JSON.stringify(FULL).slice(0, -20)],
    ['is no object', '[]'],
    ['is null', 'null'],
    ['is a text', '"web"'],
    ...Object.keys(FULL).map((name) => [`lacks "${name}"`, without(name)] as const),
    ['has a pid that is no number', JSON.stringify({ ...FULL, pid: '42' })],
    ['has a pid that is no whole number', JSON.stringify({ ...FULL, pid: 4.2 })],
    ['has an annotation that is no text', JSON.stringify({ ...FULL, annotations: { a: 1 } })],
    ['has annotations that are null', JSON.stringify({ ...FULL, annotations: null })],
    ['has a cgroup of a driver that nobody knows', cgroup({ driver: 'other', hierarchies: [] })],
    ['has a cgroup without hierarchies', cgroup({ driver: 'cgroupfs' })],
    ['has a hierarchy of version 3', hierarchy({ version: 3 })],
    ['has controllers that are no texts', hierarchy({ controllers: [1] })],
    ['has the cgroup of everybody', hierarchy({ path: '/cg' })],
    ['has a cgroup outside of its mount', hierarchy({ path: '/cgother/web' })],
    ['has a cgroup that climbs out of its mount', hierarchy({ path: '/cg/../etc' })],
  ])('%s: it is refused, with what helps', (_, text) => {
    expect(damages(text)).toThrow(MESSAGE)
    try {
      damages(text)()
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      expect(error).toMatchObject({ hint: 'delete --force removes the container all the same' })
    }
  })

  test('is noticed when it is loaded', () => {
    using at = scratch()
    writeFileSync(at.path('state.json'), '{"id":"web"')
    expect(() => loadState(here, at.path())).toThrow(`the state file "${at.path('state.json')}" is damaged`)
  })
})

test('what a later version has added does no harm', () => {
  const text = JSON.stringify({ ...FULL, later: { more: true } })
  expect(parseState(text, 'x')).toMatchObject({ id: 'web', later: { more: true } })
})

test('the file is one line of JSON, as other programs may read it', () => {
  using at = scratch()
  saveState(here, at.path(), FULL)
  const parsed: unknown = JSON.parse(readFileSync(at.path('state.json'), 'utf8'))
  expect(parsed).toEqual(FULL)
})
