// Whole files and directories, on a real file system, and where the kernel does less than one asks for.

import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { record } from '#ffi/perform/record.ts'
import {
  entriesOf,
  makeDirectories,
  readAll,
  readText,
  readTextIfThere,
  removeTree,
  replaceFile,
  statIfThere,
  writeAll,
  writeValue,
} from '#src/files.ts'
import { needs } from '#tests/support/needs.ts'
import { scratch } from './ffi/scratch.ts'

describe('reading', () => {
  test('gives the whole of a file that is larger than one read', () => {
    using at = scratch()
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('')
    writeFileSync(at.path('file'), text)
    expect(readText(here, at.path('file'))).toBe(text)
  })

  test('gives the whole of a file of procfs, which comes in pieces', () => {
    expect(readText(here, '/proc/self/status')).toMatch(/^Name:[^]*nonvoluntary_ctxt_switches:\t\d+\n$/)
  })

  test('of what is not there is an error, or nothing where that is allowed', () => {
    using at = scratch()
    writeFileSync(at.path('file'), '')
    expect(() => readText(here, at.path('absent'))).toThrow('ENOENT')
    expect(readTextIfThere(here, at.path('absent'))).toBeUndefined()
    expect(readTextIfThere(here, at.path('file/below'))).toBeUndefined()
    expect(readTextIfThere(here, at.path('file'))).toBe('')
  })

  test('of a file without end stops where it is told to', () => {
    using file = here(openat('cwd', '/dev/zero', ['RDONLY']))
    expect(readAll(here, file, 100_000).length).toBeLessThan(300_000)
  })
})

describe('writing', () => {
  test('goes on until all is written', () => {
    const kernel = record((_, call: Call<unknown>) => (call.name === 'write' ? 2 : undefined))
    const file = kernel.here(openat('cwd', '/file', ['WRONLY']))
    writeAll(kernel.here, file, 'abcäf')
    expect(kernel.recorded.slice(1).map(({ call }) => call.replace(/\d+</, '<'))).toEqual([
      'write(</file>, <6 bytes>)',
      'write(</file>, <4 bytes>)',
      'write(</file>, <2 bytes>)',
    ])
  })

  test('of a value is one write, as files of the kernel want it', () => {
    using at = scratch()
    writeFileSync(at.path('file'), 'longer')
    writeValue(here, at.path('file'), '42')
    expect(readFileSync(at.path('file'), 'utf8')).toBe('42nger')
  })
})

describe('a file that is replaced', () => {
  test('has its text, its mode, and nothing beside it', () => {
    using at = scratch()
    replaceFile(here, at.path('state'), 'one', 0o600)
    replaceFile(here, at.path('state'), 'two', 0o600)
    expect(readFileSync(at.path('state'), 'utf8')).toBe('two')
    expect(statSync(at.path('state')).mode & 0o777).toBe(0o600)
    expect(readdirSync(at.path())).toEqual(['state'])
  })

  test('is replaced although somebody was killed while doing so', () => {
    using at = scratch()
    writeFileSync(at.path('.state'), 'half')
    replaceFile(here, at.path('state'), 'whole', 0o600)
    expect(readdirSync(at.path())).toEqual(['state'])
  })

  test('stays as it was when it cannot be written', () => {
    const kernel = record((_, call: Call<unknown>) => (call.name === 'write' ? { refused: 'ENOSPC' } : undefined))
    expect(() => replaceFile(kernel.here, '/dir/state', 'text', 0o600)).toThrow('ENOSPC')
    const calls = kernel.recorded.map(({ call }) => call.replace(/\d+</, '<'))
    expect(calls.some((call) => call.startsWith('renameat2'))).toBe(false)
    expect(calls.at(-1)).toBe('unlinkat(AT_FDCWD, "/dir/.state", 0)')
  })

  test('is not replaced through a link that somebody has put beside it', () => {
    using at = scratch()
    writeFileSync(at.path('victim'), 'victim')
    symlinkSync('victim', at.path('.state'))
    replaceFile(here, at.path('state'), 'text', 0o600)
    expect(readFileSync(at.path('victim'), 'utf8')).toBe('victim')
  })
})

describe('directories', () => {
  test('are made with those above them, or are there', () => {
    using at = scratch()
    makeDirectories(here, at.path('a/b/c'), 0o700)
    makeDirectories(here, at.path('a/b/c'), 0o755)
    expect(statSync(at.path('a/b/c')).mode & 0o777).toBe(0o700)
  })

  test('that cannot be made are an error', () => {
    using at = scratch()
    writeFileSync(at.path('file'), '')
    expect(() => makeDirectories(here, at.path('file/below'), 0o700)).toThrow('ENOTDIR')
  })

  test('list what is in them', () => {
    using at = scratch()
    mkdirSync(at.path('dir'))
    writeFileSync(at.path('file'), '')
    const entries = entriesOf(here, at.path()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(entries).toEqual([
      { name: 'dir', type: 'directory' },
      { name: 'file', type: 'file' },
    ])
    expect(entriesOf(here, at.path('absent'))).toEqual([])
  })

  test('are removed with everything in them, and nothing that links lead to', () => {
    using at = scratch()
    for (const name of ['tree', 'tree/deep', 'tree/deep/er', 'other']) mkdirSync(at.path(name))
    writeFileSync(at.path('other/file'), '')
    writeFileSync(at.path('tree/deep/er/file'), '')
    symlinkSync('../other', at.path('tree/link'))
    removeTree(here, at.path('tree'))
    expect([existsSync(at.path('tree')), existsSync(at.path('other/file'))]).toEqual([false, true])
    removeTree(here, at.path('tree'))
  })
})

const { test: asRoot } = needs('root')

asRoot('a tree in which something is mounted is not removed, and what is mounted is not emptied', () => {
  using at = scratch()
  mkdirSync(at.path('tree/mounted'), { recursive: true })
  mkdirSync(at.path('data'))
  writeFileSync(at.path('data/file'), 'kept')
  const script = `
    import { here } from '#ffi/perform/here.ts'
    import { removeTree } from '#src/files.ts'
    try { removeTree(here, ${JSON.stringify(at.path('tree'))}) } catch (error) { console.log(error.errno) }`
  const mount = `mount --bind '${at.path('data')}' '${at.path('tree/mounted')}' && exec "$0" -e "$1"`
  const argv = ['unshare', '--mount', 'sh', '-c', mount, process.execPath, script]
  const { stdout, exitCode } = Bun.spawnSync(argv, { cwd: join(import.meta.dir, '../..') })
  expect([exitCode, stdout.toString().trim()]).toEqual([0, 'EXDEV'])
  expect(readFileSync(at.path('data/file'), 'utf8')).toBe('kept')
})

test('what a path is can be asked for', () => {
  using at = scratch()
  writeFileSync(at.path('file'), 'abc')
  expect(statIfThere(here, at.path('file'))).toMatchObject({ type: 'file', size: 3 })
  expect(statIfThere(here, at.path('absent'))).toBeUndefined()
})
