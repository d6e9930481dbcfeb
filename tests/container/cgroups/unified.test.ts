// What only version 2 has: controllers that are handed down or held back, threaded cgroups, delegation.
import { expect } from 'bun:test'
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { apply } from '#src/cgroups/apply.ts'
import { delegate } from '#src/cgroups/delegate.ts'
import { make } from '#src/cgroups/make.ts'
import { plan } from '#src/cgroups/plan.ts'
import { processesIn } from '#src/cgroups/processes.ts'
import { type CgroupRecord, unifiedOf } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'
import { sentence } from '#src/failure.ts'
import { needs } from '#tests/support/needs.ts'
import { OwnCgroup } from './own-cgroup.ts'
import { testWhere } from './where.ts'

const { test } = needs('root', 'cgroup2')

const testWith = (controllers: readonly string[], name: string, body: () => void) =>
  testWhere(controllers, name, body, ['cgroup2'])

const unifiedPath = (record: CgroupRecord) => unifiedOf(record)?.path ?? ''
const below = (own: OwnCgroup, path: string) =>
  plan(here, { path: `/${own.name}/${path}`, id: 'x', driver: 'cgroupfs' })

test('a new cgroup has every controller that the host has, however deep it is', () => {
  using own = new OwnCgroup()
  const deep = make(here, below(own, 'a/b/c'))
  const controllers = (path: string) => readFileSync(`${path}/cgroup.controllers`, 'utf8')
  expect(controllers(unifiedPath(deep))).toBe(controllers('/sys/fs/cgroup'))
})

testWith(['memory'], 'a cgroup that holds processes hands nothing down, and the limit that needs it says so', () => {
  using own = new OwnCgroup()
  own.born()
  const record = make(here, below(own, 'child'))
  try {
    apply(here, record, { memory: { limit: 1n << 26n } })
    throw new Error('It was not refused')
  } catch (error) {
    expect(sentence(error)).toBe(
      'Cannot set memory.max for linux.resources.memory.limit: the controller "memory" is not available: ' +
        `"${unifiedPath(own.record)}" does not hand it down, as it holds processes itself`,
    )
  }
})

test('a controller that the kernel has not got is refused by its name', () => {
  using own = new OwnCgroup()
  expect(() => apply(here, own.record, { unified: { 'magic.max': '1' } })).toThrow(
    /the controller "magic" is not available: "\/sys\/fs\/cgroup" offers "/,
  )
})

test('below a threaded cgroup a container has processes, which are found', () => {
  using own = new OwnCgroup()
  const above = `${unifiedPath(own.record)}/threads`
  mkdirSync(above)
  writeFileSync(`${above}/cgroup.type`, 'threaded')
  const record = make(here, below(own, 'threads/container'))
  expect(readFileSync(`${unifiedPath(record)}/cgroup.type`, 'utf8')).toBe('threaded\n')
  const child = own.shell('exec sleep 100')
  writeFileSync(`${unifiedPath(record)}/cgroup.procs`, String(child.pid))
  expect(processesIn(here, record)).toEqual([child.pid])
})

testWith(['memory', 'pids'], 'settings of unified are written as they are', () => {
  using own = new OwnCgroup()
  apply(here, own.record, { unified: { 'memory.high': '10485760', 'cgroup.max.depth': '3', 'pids.max': '77' } })
  expect(own.read('memory', '', 'memory.high')).toBe('10485760')
  expect(own.read('cgroup', '', 'cgroup.max.depth')).toBe('3')
  expect(own.read('pids', '', 'pids.max')).toBe('77')
})

testWith(['cpu'], 'an update of one half of cpu.max keeps the other', () => {
  using own = new OwnCgroup()
  apply(here, own.record, { cpu: { quota: 20_000, period: 50_000 } })
  apply(here, own.record, { cpu: { period: 40_000 } })
  expect(own.read('cpu', '', 'cpu.max')).toBe('20000 40000')
  apply(here, own.record, { cpu: { quota: -1 } })
  expect(own.read('cpu', '', 'cpu.max')).toBe('max 40000')
})

testWith(['memory'], 'an update of swap alone counts from the memory limit that is there', () => {
  using own = new OwnCgroup()
  apply(here, own.record, { memory: { limit: 1n << 24n, swap: 1n << 24n } })
  apply(here, own.record, { memory: { swap: -1n } })
  expect(own.read('memory', '', 'memory.max')).toBe('16777216')
  expect(() => apply(here, own.record, { memory: { swap: 1n << 23n } })).toThrow('below the memory limit 16777216')
})

testWith(['memory', 'pids'], 'a delegated cgroup lets its user make cgroups, and change no limit', () => {
  using own = new OwnCgroup()
  delegate(here, own.record, 1234, 5678)
  const owner = (file: string) => {
    const { uid, gid } = statSync(`${unifiedPath(own.record)}/${file}`)
    return [uid, gid]
  }
  for (const file of ['', 'cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'])
    expect(owner(file)).toEqual([1234, 5678])
  for (const file of ['memory.max', 'pids.max', 'cgroup.freeze']) expect(owner(file)).toEqual([0, 0])
})

test('a path that begins at the caller is put beside it', () => {
  const record = plan(here, { path: '', id: `bunc-test-${process.pid}-beside`, driver: 'cgroupfs' })
  const own = readFileSync('/proc/self/cgroup', 'utf8').split('::')[1]?.trimEnd() ?? ''
  expect(unifiedPath(record)).toBe(
    `/sys/fs/cgroup${own.slice(0, own.lastIndexOf('/'))}/bunc-test-${process.pid}-beside`,
  )
  make(here, record)
  remove(here, record)
  expect(() => rmdirSync(unifiedPath(record))).toThrow('ENOENT')
})
