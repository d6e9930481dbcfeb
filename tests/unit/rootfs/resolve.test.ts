// Paths of a container, on a real directory with links that lead out of it, and as calls.

import { describe, expect, test } from 'bun:test'
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'

import { fstat, openat } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { here } from '#ffi/perform/here.ts'
import {
  components,
  containsLink,
  directoryInRoot,
  fileInRoot,
  openIfThere,
  openInRoot,
  parentInRoot,
  Places,
  withoutLinks,
} from '#src/rootfs/resolve.ts'
import { scratch, type Scratch } from '../ffi/scratch.ts'
import { recording } from '../recording.ts'

const open = (path: string) => here(openat('cwd', path, ['PATH', 'DIRECTORY']))

/** A container's root beside a directory that its links lead to; gives both, and the root open. */
function container(): Disposable & { at: Scratch; root: Fd; path: (name: string) => string } {
  const at = scratch()
  mkdirSync(at.path('root'))
  mkdirSync(at.path('outside'))
  const root = open(at.path('root'))
  return {
    at,
    root,
    path: (name) => at.path(`root/${name}`),
    [Symbol.dispose]: () => {
      root[Symbol.dispose]()
      at[Symbol.dispose]()
    },
  }
}

/** Where an open file lies, below the root. */
const placeOf = (fd: Fd, root: string) => readlinkSync(`/proc/self/fd/${fd.number}`).replace(root, '')

describe('components', () => {
  test.each([
    ['/a/b', ['a', 'b']],
    ['a/b/', ['a', 'b']],
    ['//a/./b//', ['a', 'b']],
    ['/a/../b', ['b']],
    ['/../../etc', ['etc']],
    ['/a/b/../../..', []],
    ['/', []],
    ['', []],
    ['/..a/...', ['..a', '...']],
  ])('of "%s"', (path, expected) => {
    expect(components(path)).toEqual(expected)
  })
})

describe('a directory', () => {
  test('is made where it is missing, with the mode that runc gives', () => {
    using box = container()
    using dir = directoryInRoot(here, box.root, '/a/b/c')
    expect(placeOf(dir, box.at.path('root'))).toBe('/a/b/c')
    expect(lstatSync(box.path('a')).mode & 0o777 & process.umask()).toBe(0)
    expect(here(fstat(dir)).type).toBe('directory')
  })

  test('is not made where it is', () => {
    using box = container()
    mkdirSync(box.path('a'), { mode: 0o700 })
    directoryInRoot(here, box.root, '/a/b')[Symbol.dispose]()
    expect(lstatSync(box.path('a')).mode & 0o777).toBe(0o700)
  })

  test('behind a link that leads out of the root is made inside of it', () => {
    using box = container()
    symlinkSync(box.at.path('outside'), box.path('link'))
    symlinkSync('../../outside', box.path('up'))
    expect(() => directoryInRoot(here, box.root, '/link/made')).toThrow('ENOENT')
    expect(() => directoryInRoot(here, box.root, '/up/made')).toThrow('ENOENT')
    expect(readdirSync(box.at.path('outside'))).toEqual([])
  })

  test('behind a link that stays in the root is made where it leads', () => {
    using box = container()
    mkdirSync(box.path('usr/lib'), { recursive: true })
    symlinkSync('/usr/lib', box.path('lib'))
    using dir = directoryInRoot(here, box.root, '/lib/x')
    expect(placeOf(dir, box.at.path('root'))).toBe('/usr/lib/x')
  })

  test('is not made of a file', () => {
    using box = container()
    writeFileSync(box.path('file'), '')
    expect(() => directoryInRoot(here, box.root, '/file')).toThrow('ENOTDIR')
    expect(() => directoryInRoot(here, box.root, '/file/below')).toThrow('ENOTDIR')
  })

  test('is the root itself when nothing else is named', () => {
    using box = container()
    using dir = directoryInRoot(here, box.root, '/..')
    expect(placeOf(dir, box.at.path('root'))).toBe('')
  })
})

describe('a file', () => {
  test('is made empty where it is missing, with its directories', () => {
    using box = container()
    using file = fileInRoot(here, box.root, '/etc/hosts')
    expect(here(fstat(file))).toMatchObject({ type: 'file', size: 0 })
    expect(existsSync(box.path('etc/hosts'))).toBe(true)
  })

  test('is left as it is where there is one', () => {
    using box = container()
    writeFileSync(box.path('file'), 'content')
    using file = fileInRoot(here, box.root, '/file')
    expect(here(fstat(file)).size).toBe(7)
  })

  test('lies in a directory and has a name there', () => {
    using box = container()
    const { dir, name } = parentInRoot(here, box.root, '/a/b')
    using parent = dir
    expect([placeOf(parent, box.at.path('root')), name]).toEqual(['/a', 'b'])
  })
})

describe('places side by side', () => {
  test('lie in one directory, which is opened once', () => {
    const { sys, calls } = recording()
    using places = new Places(sys, sys(openat('cwd', '/root', ['PATH'])))
    for (const path of ['/dev', '/dev/pts', '/dev//shm/']) places.directory(path)
    places.file('/etc/hosts')
    places.file('/etc/resolv.conf')
    expect(calls().filter((call) => /^(mkdirat|mknodat|close)/.test(call))).toEqual([
      'mkdirat(</root>, "dev", 0755)',
      'mkdirat(</root>, "dev", 0755)',
      'mkdirat(</dev>, "pts", 0755)',
      'mkdirat(</dev>, "shm", 0755)',
      'close(</dev>)',
      'mkdirat(</root>, "etc", 0755)',
      'mknodat(</etc>, "hosts", file 0644, 0)',
      'mknodat(</etc>, "resolv.conf", file 0644, 0)',
    ])
  })

  test('are where those lead that are opened alone', () => {
    using it = container()
    mkdirSync(it.path('real'))
    symlinkSync('/real', it.path('link'))
    using places = new Places(here, it.root)
    for (const path of ['/link/a', '/link/b', '/a/../real/c', '/top']) {
      using place = places.directory(path)
      using alone = directoryInRoot(here, it.root, path)
      expect(placeOf(place, it.path(''))).toBe(placeOf(alone, it.path('')))
    }
    using file = places.file('/link/file')
    expect(here(fstat(file)).type).toBe('file')
    expect(readdirSync(it.path('real')).toSorted()).toEqual(['a', 'b', 'c', 'file'])
  })
})

describe('what is there', () => {
  test('is opened inside the root', () => {
    using box = container()
    writeFileSync(box.path('passwd'), '')
    symlinkSync('/passwd', box.path('link'))
    using file = openInRoot(here, box.root, '/link')
    expect(placeOf(file, box.at.path('root'))).toBe('/passwd')
    expect(() => openInRoot(here, box.root, '/absent')).toThrow('ENOENT')
  })

  test('can be asked for', () => {
    using box = container()
    writeFileSync(box.path('file'), '')
    using file = openIfThere(here, box.root, '/file')
    using absent = openIfThere(here, box.root, '/absent/below')
    using below = openIfThere(here, box.root, '/file/below')
    expect([file.missing, absent.missing, below.missing]).toEqual([false, true, true])
  })

  test('contains a link or not', () => {
    using box = container()
    mkdirSync(box.path('dir'))
    symlinkSync('dir', box.path('link'))
    expect(
      ['/dir', '/link', '/link/x', '/absent', '/dir/absent'].map((path) => containsLink(here, box.root, path)),
    ).toEqual([false, true, true, false, false])
  })
})

describe('a path without its links', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['/a/b', '/a/b', {}],
    ['/link/b', '/a/b', { link: 'a' }],
    ['/link', '/a', { link: '/a' }],
    ['/one', '/three', { one: 'two', two: '/three' }],
    ['/dir/link/x', '/dir/other/x', { 'dir/link': 'other' }],
    ['/dir/link', '/other', { 'dir/link': '../other' }],
    ['/dir/link', '/etc/passwd', { 'dir/link': '../../../../etc/passwd' }],
    ['/a/link/../x', '/a/x', { 'a/link': '/elsewhere' }],
  ])('%s is %s', (path, expected, links) => {
    using box = container()
    for (const [name, target] of Object.entries(links)) {
      mkdirSync(box.path(name).replace(/\/[^/]*$/, ''), { recursive: true })
      symlinkSync(target, box.path(name))
    }
    expect(withoutLinks(here, box.root, path)).toBe(expected)
  })

  test('is the path itself when the links are a loop', () => {
    using box = container()
    symlinkSync('b', box.path('a'))
    symlinkSync('a', box.path('b'))
    expect(withoutLinks(here, box.root, '/a/x')).toBe('/a/x')
  })
})

test('to make a directory needs no result, so all of it can wait in one batch', () => {
  const { sys, kernel, calls } = recording()
  const root = sys(openat('cwd', '/root', ['PATH']))
  directoryInRoot(sys, root, '/a/b')[Symbol.dispose]()
  expect(kernel.recorded.every(({ result }) => result !== '')).toBe(true)
  expect(calls().slice(1)).toEqual([
    'mkdirat(</root>, "a", 0755)',
    'openat2(</root>, "/a", {PATH|DIRECTORY, RESOLVE_IN_ROOT})',
    'mkdirat(</a>, "b", 0755)',
    'openat2(</root>, "/a/b", {PATH|DIRECTORY, RESOLVE_IN_ROOT})',
    'close(</a>)',
    'close(</a/b>)',
  ])
})
