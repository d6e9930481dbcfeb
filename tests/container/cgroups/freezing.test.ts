// That the real kernel stops and continues processes when told by our calls.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { freeze, isFrozen, thaw } from '#src/cgroups/freezer.ts'
import { killAll } from '#src/cgroups/processes.ts'
import { make } from '#src/cgroups/make.ts'
import { eventually } from '#tests/support/eventually.ts'
import { needs } from '#tests/support/needs.ts'
import { OwnCgroup } from './own-cgroup.ts'

const { test } = needs('root')

/** Clock ticks that a process has run in user mode: field 14 of /proc/PID/stat. */
function ticks(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11])
}

test('a frozen process does not run, a thawed one does', async () => {
  using own = new OwnCgroup()
  const { pid } = own.shell('while :; do :; done')
  await eventually('it to run', () => ticks(pid) > 2)
  expect(isFrozen(here, own.record)).toBe(false)
  freeze(here, own.record)
  const before = ticks(pid)
  expect(isFrozen(here, own.record)).toBe(true)
  await Bun.sleep(200)
  expect(ticks(pid)).toBe(before)
  thaw(here, own.record)
  expect(isFrozen(here, own.record)).toBe(false)
  await eventually('it to run again', () => ticks(pid) > before + 2)
})

test('freezing succeeds although processes are made all the time', async () => {
  using own = new OwnCgroup()
  own.shell('while :; do true & true & true & wait; done')
  for (let i = 0; i < 5; i++) {
    freeze(here, own.record)
    thaw(here, own.record)
    await Bun.sleep(5)
  }
  expect(isFrozen(here, own.record)).toBe(false)
})

test('a frozen process can be killed', async () => {
  using own = new OwnCgroup()
  const child = own.shell('sleep 100')
  freeze(here, own.record)
  killAll(here, own.record)
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
})

test('a frozen cgroup is not given to another container', () => {
  using own = new OwnCgroup()
  freeze(here, own.record)
  expect(() => make(here, own.record)).toThrow('is frozen')
  thaw(here, own.record)
})
