// A directory that is copied with everything in it, on a real file system.

import { expect, test } from 'bun:test'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'

import { mknodat, openat } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { copyUp } from '#src/rootfs/copy-up.ts'
import { scratch } from '../ffi/scratch.ts'

const open = (path: string) => here(openat('cwd', path, ['PATH', 'DIRECTORY']))

test('files, directories, links and fifos are copied with their modes, and nothing outside is', () => {
  using at = scratch()
  for (const name of ['from', 'from/dir', 'from/dir/deep', 'to', 'outside']) mkdirSync(at.path(name))
  writeFileSync(at.path('outside/secret'), 'secret')
  writeFileSync(at.path('from/file'), 'x'.repeat(200_000))
  writeFileSync(at.path('from/dir/deep/small'), 'small')
  symlinkSync('../outside', at.path('from/link'))
  chmodSync(at.path('from/file'), 0o4755)
  chmodSync(at.path('from/dir'), 0o1770)
  using from = open(at.path('from'))
  using to = open(at.path('to'))
  here(mknodat(from, 'fifo', { type: 'fifo', mode: 0o640 }, 0))
  copyUp(here, from, to)
  expect(readdirSync(at.path('to')).toSorted()).toEqual(['dir', 'fifo', 'file', 'link'])
  expect(readFileSync(at.path('to/file'), 'utf8')).toBe('x'.repeat(200_000))
  expect(readFileSync(at.path('to/dir/deep/small'), 'utf8')).toBe('small')
  expect(readlinkSync(at.path('to/link'))).toBe('../outside')
  const mode = (name: string) => lstatSync(at.path(name)).mode & 0o7777
  expect([mode('to/file'), mode('to/dir'), mode('to/fifo')]).toEqual([0o4755, 0o1770, 0o640])
  expect(lstatSync(at.path('to/fifo')).isFIFO()).toBe(true)
  expect(readdirSync(at.path('outside'))).toEqual(['secret'])
})

test('an empty directory is copied as nothing', () => {
  using at = scratch()
  for (const name of ['from', 'to']) mkdirSync(at.path(name))
  using from = open(at.path('from'))
  using to = open(at.path('to'))
  copyUp(here, from, to)
  expect(readdirSync(at.path('to'))).toEqual([])
})
