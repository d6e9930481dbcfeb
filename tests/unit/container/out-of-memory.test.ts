// What is said of a first process that was killed for want of memory.

import { expect, test } from 'bun:test'

import { outOfMemory } from '#src/container/out-of-memory.ts'
import { PretendedHost } from '../cgroups/pretended-host.ts'
import { NONE, UNIFIED } from '../cgroups/records.ts'

const DIR = '/sys/fs/cgroup/docker/c1'

function said(files: Readonly<Record<string, string>>): string | undefined {
  const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${DIR}/${name}`, text]))
  return outOfMemory(new PretendedHost({ files: named }).kernel.here, UNIFIED)?.message
}

test('the limit and the peak are named', () => {
  const files = { 'memory.events': 'oom 1\noom_kill 1', 'memory.max': '65536', 'memory.peak': '65000' }
  expect(said(files)).toBe(
    'container init was OOM-killed: its memory limit of 65536 bytes was reached, its peak was 65000',
  )
})

test('a limit of a cgroup above has no number, nor has a peak that the kernel does not count', () => {
  expect(said({ 'memory.events': 'oom_kill 2', 'memory.max': 'max' })).toBe(
    'container init was OOM-killed: its memory limit of a cgroup above it was reached',
  )
})

test('nothing is said where nothing was killed, or nothing is counted', () => {
  expect(said({ 'memory.events': 'oom_kill 0', 'memory.max': '65536' })).toBeUndefined()
  expect(said({})).toBeUndefined()
  expect(outOfMemory(new PretendedHost({}).kernel.here, NONE)).toBeUndefined()
})
