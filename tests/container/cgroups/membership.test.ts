// That the real kernel puts processes where the record says, and takes cgroups away again.
import { expect } from 'bun:test'
import { existsSync, mkdirSync } from 'node:fs'

import { refused } from '#ffi/perform/failing.ts'
import { here } from '#ffi/perform/here.ts'
import { wrapped } from '#ffi/perform/kernel.ts'
import { besideProcess, enter } from '#src/cgroups/birth.ts'
import { make } from '#src/cgroups/make.ts'
import { killAll, processesIn } from '#src/cgroups/processes.ts'
import { unifiedOf } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'
import { cgroupPaths } from '#tests/support/cgroup-files.ts'
import { eventually } from '#tests/support/eventually.ts'
import { needs } from '#tests/support/needs.ts'
import { OwnCgroup } from './own-cgroup.ts'

const { test } = needs('root')

test('a process is born into the cgroup in every hierarchy', () => {
  using own = new OwnCgroup()
  const task = own.born()
  expect(cgroupPaths(task.pid)).toEqual([`/${own.name}`])
  expect(processesIn(here, own.record)).toEqual([task.pid])
})

test('a process of others is moved into every hierarchy', () => {
  using own = new OwnCgroup()
  const child = own.shell('sleep 100')
  expect(cgroupPaths(child.pid)).toEqual([`/${own.name}`])
})

test('a second container does not get a cgroup that holds processes', () => {
  using own = new OwnCgroup()
  const task = own.born()
  expect(() => make(here, own.record)).toThrow('it is there already and holds processes')
  expect(cgroupPaths(task.pid)).toEqual([`/${own.name}`])
})

test('an empty cgroup that was left over is taken', () => {
  using own = new OwnCgroup()
  expect(make(here, own.record)).toEqual(own.record)
})

test('all processes end, those in cgroups below and those that fork without end', async () => {
  using own = new OwnCgroup()
  for (const { path } of own.record.hierarchies) mkdirSync(`${path}/below`)
  const shells = [own.shell('while :; do sleep 0.01; done'), own.shell('sleep 100 & sleep 100 & wait')]
  const deep = own.shell('sleep 100')
  // A cpuset of version 1 takes no process before it has CPUs: the others do for this.
  const below = own.record.hierarchies.filter(({ controllers }) => !controllers.includes('cpuset'))
  enter(here, { ...own.record, hierarchies: below.map((one) => ({ ...one, path: `${one.path}/below` })) }, deep.pid)
  await eventually('the forks', () => processesIn(here, own.record).length >= 5)
  killAll(here, own.record)
  await Promise.all([...shells, deep].map(({ exited }) => exited))
  await eventually('the end of all', () => processesIn(here, own.record).length === 0)
})

test('they end also on a kernel without cgroup.kill', async () => {
  using own = new OwnCgroup()
  const shells = [own.shell('while :; do sleep 0.01; done'), own.shell('while :; do true & true & wait; done')]
  const before514 = wrapped(here, (call) =>
    call.operands().some((operand) => String(operand).endsWith('/cgroup.kill'))
      ? refused(here, 'here', call, 'ENOENT')
      : here(call),
  )
  killAll(before514, own.record)
  await Promise.all(shells.map(({ exited }) => exited))
  expect(shells.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL', 'SIGKILL'])
  await eventually('the end of all', () => processesIn(here, own.record).length === 0)
})

test('removing takes away the cgroups below, in every hierarchy', () => {
  using own = new OwnCgroup()
  for (const { path } of own.record.hierarchies) mkdirSync(`${path}/a/b`, { recursive: true })
  remove(here, own.record)
  expect(own.record.hierarchies.filter(({ path }) => existsSync(path))).toEqual([])
})

test('removing waits for processes that were just killed', () => {
  using own = new OwnCgroup()
  for (let i = 0; i < 20; i++) own.shell('sleep 100')
  killAll(here, own.record)
  remove(here, own.record)
  expect(own.record.hierarchies.filter(({ path }) => existsSync(path))).toEqual([])
})

test('removing names the processes that stay', () => {
  using own = new OwnCgroup()
  const task = own.born()
  expect(() => remove(here, own.record)).toThrow(`it still holds the processes ${task.pid}`)
})

needs('root', 'cgroup2-mounted').test('a process that moved itself down on version 2 is found', () => {
  using own = new OwnCgroup()
  const unified = unifiedOf(own.record)
  if (unified === undefined) throw new Error('The record has no place in cgroup v2')
  const child = own.shell('sleep 100')
  mkdirSync(`${unified.path}/init`)
  enter(here, { ...own.record, hierarchies: [{ ...unified, path: `${unified.path}/init` }] }, child.pid)
  expect(unifiedOf(besideProcess(here, own.record, child.pid))?.path).toBe(`${unified.path}/init`)
})
