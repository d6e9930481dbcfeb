// Names of containers, and the directory that holds them.

import { describe, expect, test } from 'bun:test'
import { mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs'

import type { Call, Sys } from '#ffi/call.ts'
import { here } from '#ffi/perform/here.ts'
import { saveState } from '#src/container/state.ts'
import { checkName, claim, find, lock, lockIfThere, names } from '#src/container/store.ts'
import { flock, openat } from '#ffi/calls/file.ts'
import { scratch } from '../ffi/scratch.ts'
import { stateOf } from './state-of.ts'

describe('a name', () => {
  test.each(['a', 'web-1', 'A_b+c.d', '...', '0', '-', '.hidden', 'x'.repeat(1024)])('can be "%s"', (name) => {
    expect(() => checkName(name)).not.toThrow()
  })

  test.each([
    ['', 'container id cannot be empty'],
    ['.', 'invalid container id "."'],
    ['..', 'invalid container id ".."'],
    ['a/b', 'invalid container id "a/b"'],
    ['../a', 'invalid container id "../a"'],
    ['a b', 'invalid container id "a b"'],
    ['ä', 'invalid container id "ä"'],
    ['a\n', 'invalid container id "a\n"'],
    ['a\0', 'invalid container id "a\0"'],
    ['x'.repeat(1025), 'container id is longer than 1024 characters'],
  ])('cannot be %p', (name, message) => {
    expect(() => checkName(name)).toThrow(message)
  })
})

describe('a store', () => {
  test('is made with the first container, and keeps others out', () => {
    using at = scratch()
    const directory = claim(here, at.path('a/store'), 'web')
    expect(directory).toBe(at.path('a/store/web'))
    expect(statSync(at.path('a/store')).mode & 0o777).toBe(0o700)
    expect(statSync(directory).mode & 0o777).toBe(0o711)
  })

  test('gives a name to one container', () => {
    using at = scratch()
    claim(here, at.path(), 'web')
    expect(() => claim(here, at.path(), 'web')).toThrow('container with id "web" already exists')
  })

  test('gives no name that is none', () => {
    using at = scratch()
    expect(() => claim(here, at.path(), '../x')).toThrow('invalid container id "../x"')
    expect(() => find(here, at.path(), '')).toThrow('container id cannot be empty')
  })

  test('finds what was saved, and nothing else', () => {
    using at = scratch()
    const state = stateOf()
    saveState(here, claim(here, at.path(), 'web'), state)
    claim(here, at.path(), 'unfinished')
    expect(find(here, at.path(), 'web')).toEqual({ directory: at.path('web'), state })
    expect(() => find(here, at.path(), 'unfinished')).toThrow('container "unfinished" does not exist')
    expect(() => find(here, at.path(), 'absent')).toThrow('container "absent" does not exist')
  })

  test('lists the names of its directories in order', () => {
    using at = scratch()
    for (const name of ['b', 'a', 'not a name']) mkdirSync(at.path(name))
    writeFileSync(at.path('file'), '')
    expect(names(here, at.path())).toEqual(['a', 'b'])
    expect(names(here, at.path('absent'))).toEqual([])
  })
})

test('of two commands that hold the lock of a container, one waits', () => {
  using at = scratch()
  const directory = claim(here, at.path(), 'web')
  const held = lock(here, at.path(), 'web')
  using other = here(openat('cwd', directory, ['RDONLY', 'DIRECTORY']))
  expect(() => here(flock(other, ['EXCLUSIVE', 'NONBLOCK']))).toThrow('EAGAIN')
  held[Symbol.dispose]()
  here(flock(other, ['EXCLUSIVE', 'NONBLOCK']))
})

describe('the lock of a container', () => {
  test('is there as soon as the name is claimed', () => {
    using at = scratch()
    claim(here, at.path(), 'web')
    using held = lockIfThere(here, at.path(), 'web')
    expect([held?.missing, lockIfThere(here, at.path(), 'other')]).toEqual([false, undefined])
    expect(() => lock(here, at.path(), 'other')).toThrow('container "other" does not exist')
  })

  test('is not that of a container that was deleted while it was waited for', () => {
    using at = scratch()
    const directory = claim(here, at.path(), 'web')
    // As another command does that had the lock: between the opening of the directory and the lock.
    const late: Sys = Object.assign(
      <R>(call: Call<R, 'anywhere'>) => {
        if (call.name === 'flock') rmdirSync(directory)
        return here(call)
      },
      { all: here.all, later: here.later, flush: here.flush },
    )
    expect(lockIfThere(late, at.path(), 'web')).toBeUndefined()
    expect(() => lock(here, at.path(), 'web')).toThrow('container "web" does not exist')
  })
})
