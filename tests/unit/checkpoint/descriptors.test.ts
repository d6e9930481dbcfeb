// descriptors.json: the stdio of real processes, saved and found again.

import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { restoredDescriptors, saveDescriptors } from '#src/checkpoint/descriptors.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { eventually } from '#tests/support/eventually.ts'
import { type Scratch, scratch } from '../ffi/scratch.ts'
import { named } from './options.ts'

/** A cgroup that has these processes: a directory that looks like one. */
function cgroupOf(at: Scratch, ...pids: number[]): CgroupRecord {
  writeFileSync(at.path('cgroup.procs'), `${pids.join('\n')}\n`)
  return { driver: 'cgroupfs', hierarchies: [{ version: 2, controllers: [], mount: '/x', path: at.path() }] }
}

test('a pipe of which the container has one end is kept, one that is all its own is not', async () => {
  using at = scratch()
  const own = (name: string) => `sh -c 'echo $$ > ${at.path(name)}; exec sleep 1000'`
  const shell = Bun.spawn(['sh', '-c', `${own('writer')} | ${own('reader')}`], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  const pids: number[] = []
  try {
    for (const name of ['writer', 'reader'])
      pids.push(await eventually(name, () => Number(textIfThere(at.path(name))) || undefined))
    const [writer = 0, reader = 0] = pids
    const saved = (...inside: number[]): unknown => {
      saveDescriptors(here, reader, { cgroup: cgroupOf(at, ...inside), image: at.path() })
      return JSON.parse(readFileSync(at.path('descriptors.json'), 'utf8'))
    }
    expect(saved(reader)).toEqual([expect.stringMatching(/^pipe:\[\d+\]$/), '/dev/null', '/dev/null'])
    expect(saved(writer, reader)).toEqual(['', '/dev/null', '/dev/null'])
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await shell.exited
  }
})

function textIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

test('each pipe becomes the descriptor of its number, once', () => {
  using at = scratch()
  writeFileSync(at.path('descriptors.json'), '["/dev/null","pipe:[7]","pipe:[7]"]')
  expect(named(restoredDescriptors(here, at.path()))).toEqual([
    [
      'inherit_fd',
      [
        [1, 'pipe:[7]'],
        [2, 1],
      ],
    ],
  ])
})

test('an image without the file, or with something else in it, has no pipes', () => {
  using at = scratch()
  expect(restoredDescriptors(here, at.path())).toEqual([])
  writeFileSync(at.path('descriptors.json'), '{"pipe:[7]": 1}')
  expect(restoredDescriptors(here, at.path())).toEqual([])
})
