// The system calls that `create` makes for a config.json, as golden files: a change of behaviour is a change of a trace,
// and a reviewer reads it as the kernel would see it. `BUNC_UPDATE_GOLDEN=1 bun test tests/transcripts` writes them anew.

import { afterAll, beforeAll, describe, expect, setSystemTime, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Recorded, record } from '#ffi/perform/record.ts'
import { readConfig } from '#src/config/config.ts'
import { create } from '#src/container/create.ts'
import { dockerConfigText } from '#tests/support/docker-config.ts'
import { transcriptHost } from './host.ts'
import { traceText } from './trace.ts'

const CASES = readdirSync(import.meta.dir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

beforeAll(() => void setSystemTime(new Date('2026-01-02T03:04:05.006Z')))
afterAll(() => void setSystemTime())

/** The trace of a recording; a filter is another one on each architecture. */
const traceOf = (calls: readonly Recorded[]) =>
  traceText(calls).replaceAll(/(seccomp\(.*)<\d+ instructions>/g, '$1<filter>')

/** Records `create` of the config.json of a case. */
function recorded(name: string): readonly Recorded[] {
  const configText = readFileSync(join(import.meta.dir, name, 'config.json'), 'utf8')
  const config = readConfig(configText)
  const kernel = record(transcriptHost({ cwd: config.process?.cwd ?? '/' }))
  create(kernel, {
    store: '/run/bunc',
    id: name,
    bundle: '/bundle',
    config,
    configText,
    cgroupDriver: 'cgroupfs',
    consoleSocket: config.process?.terminal === true ? '/run/console.sock' : undefined,
    pidFile: '/run/web.pid',
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    owner: '',
    warn: (error) => {
      throw error
    },
  })
  return kernel.recorded
}

describe.each(CASES)('%s', (name) => {
  test('is made by the calls that were reviewed', () => {
    const file = join(import.meta.dir, name, 'expected.trace')
    const trace = traceOf(recorded(name))
    if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(file, trace)
    expect(trace).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
  })

  test('is made by the same calls every time', () => {
    expect(traceOf(recorded(name))).toBe(traceOf(recorded(name)))
  })

  test('leaves nothing open here but the process itself', () => {
    const ours = recorded(name).filter(({ where }) => where === 'here')
    const opened = ours.flatMap(({ result }) => result.match(/\d+<[^>]*>/g) ?? [])
    const closed = ours.flatMap(({ call }) => /^close\((.*)\)$/.exec(call)?.[1] ?? [])
    expect(opened.length).toBeGreaterThan(5)
    expect(opened.filter((fd) => !closed.includes(fd))).toEqual([])
  })
})

test('there is a case for each way that a container is made in', () => {
  expect(CASES.toSorted()).toEqual([
    'docker',
    'hooks',
    'joined-namespaces',
    'minimal',
    'read-only',
    'scheduling',
    'seccomp',
    'seccomp-notify',
    'selinux',
    'terminal',
    'user-namespace',
  ])
})

test('the config of Docker is the one that other tests and the benchmarks use, with cgroups of our own making', () => {
  const { linux, ...theirs } = JSON.parse(dockerConfigText())
  const ours = JSON.parse(readFileSync(join(import.meta.dir, 'docker/config.json'), 'utf8'))
  expect(ours).toEqual({ ...theirs, linux: { ...linux, cgroupsPath: `/docker/${theirs.hostname}` } })
})
