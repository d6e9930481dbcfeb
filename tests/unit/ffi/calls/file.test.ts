// Files, made and looked at by bunc's calls, and by Node as a second opinion.

import { describe, expect, test } from 'bun:test'
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'

import { tolerating } from '#ffi/call.ts'
import {
  access,
  device,
  fchmod,
  fchmodat,
  fchown,
  flock,
  fstat,
  fstatat,
  fstatfs,
  ftruncate,
  getdents,
  MAGIC,
  mkdirat,
  mknodat,
  openat,
  openat2,
  pread,
  put,
  read,
  readlinkat,
  renameat,
  seek,
  symlinkat,
  unlinkat,
  write,
} from '#ffi/calls/file.ts'
import { decodeText } from '#ffi/kinds.ts'
import { here } from '#ffi/perform/here.ts'
import { scratch } from '../scratch.ts'

const directory = (path: string) => here(openat('cwd', path, ['RDONLY', 'DIRECTORY']))

describe('contents', () => {
  test('what is written is read, from the position or from an offset', () => {
    using at = scratch()
    using file = here(openat('cwd', at.path('file'), ['RDWR', 'CREAT', 'EXCL'], 0o640))
    expect(here(write(file, 'hällo'))).toBe(6)
    here(put(file, '!'))
    expect(decodeText(here(pread(file, 100, 3)))).toBe('llo!')
    expect(here(read(file, 100))).toEqual(new Uint8Array())
    expect(here(seek(file, 1))).toBe(1)
    expect(decodeText(here(read(file, 2)))).toBe('ä')
    here(ftruncate(file, 1))
    expect(readFileSync(at.path('file'), 'utf8')).toBe('h')
  })

  test('flags and mode of open are those of the kernel', () => {
    using at = scratch()
    writeFileSync(at.path('file'), 'abc')
    symlinkSync('file', at.path('link'))
    using appended = here(openat('cwd', at.path('file'), ['WRONLY', 'APPEND']))
    here(put(appended, 'd'))
    expect(readFileSync(at.path('file'), 'utf8')).toBe('abcd')
    using truncated = here(openat('cwd', at.path('file'), ['WRONLY', 'TRUNC', 'SYNC', 'NONBLOCK', 'NOCTTY']))
    expect(here(fstat(truncated)).size).toBe(0)
    expect(() => here(openat('cwd', at.path('link'), ['RDONLY', 'NOFOLLOW']))).toThrow('ELOOP')
    expect(() => here(openat('cwd', at.path('file'), ['RDONLY', 'DIRECTORY']))).toThrow('ENOTDIR')
    expect(() => here(openat('cwd', at.path('file'), ['RDWR', 'CREAT', 'EXCL'], 0o600))).toThrow('EEXIST')
    using path = here(openat('cwd', at.path('file'), ['PATH']))
    expect(() => here(read(path, 1))).toThrow('EBADF')
  })

  test('every descriptor is closed by execve', () => {
    using file = here(openat('cwd', '/', ['RDONLY']))
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file.number}`, 'utf8'))?.[1]
    expect(parseInt(flags ?? '', 8) & 0o2000000).toBe(0o2000000)
  })

  test('a call reads as in a trace of strace', () => {
    expect(openat('cwd', '/etc', ['RDONLY', 'DIRECTORY']).show()).toBe('openat(AT_FDCWD, "/etc", RDONLY|DIRECTORY)')
    expect(openat('cwd', 'f', ['WRONLY', 'CREAT'], 0o644).show()).toBe('openat(AT_FDCWD, "f", WRONLY|CREAT, 0644)')
  })
})

describe('what stat says', () => {
  test('is what Node says', () => {
    using at = scratch()
    writeFileSync(at.path('file'), 'content', { mode: 0o640 })
    using file = here(openat('cwd', at.path('file'), ['PATH']))
    const theirs = statSync(at.path('file'), { bigint: true })
    expect(here(fstat(file))).toEqual({
      dev: theirs.dev,
      ino: theirs.ino,
      mode: Number(theirs.mode) & 0o7777,
      type: 'file',
      uid: Number(theirs.uid),
      gid: Number(theirs.gid),
      major: 0,
      minor: 0,
      size: 7,
      links: 1,
    })
  })

  test('of a device are its numbers, and of a link the link itself', () => {
    using at = scratch()
    symlinkSync('/dev/null', at.path('link'))
    expect(here(fstatat('cwd', at.path('link'), []))).toMatchObject({ type: 'char', major: 1, minor: 3 })
    expect(here(fstatat('cwd', at.path('link'), ['SYMLINK_NOFOLLOW']))).toMatchObject({ type: 'symlink', size: 9 })
    expect(here(fstatat('cwd', at.path(), []))).toMatchObject({ type: 'directory', links: 2 })
  })

  test('of a file system is its magic number', () => {
    using proc = directory('/proc')
    using dev = directory('/dev/shm')
    expect([here(fstatfs(proc)).magic, here(fstatfs(dev)).magic]).toEqual([MAGIC.proc, MAGIC.tmpfs])
  })

  test.each([
    [1, 3, 0x103],
    [8, 17, 0x811],
    [4095, 255, 0xfffff],
    [1, 256, 0x100100],
    [4096, 0, 0x1000_0000_0000],
  ])('device %i:%i is %p for mknod, and reads as it was', (major, minor, expected) => {
    expect(device(major, minor)).toBe(expected)
    const shown = mknodat('cwd', 'x', { type: 'char', mode: 0o666 }, expected).show()
    expect(shown).toBe(`mknodat(AT_FDCWD, "x", char 0666, makedev(${major}, ${minor}))`)
  })
})

describe('directories', () => {
  test('names are made, moved, linked and removed', () => {
    using at = scratch()
    using dir = directory(at.path())
    here(mkdirat(dir, 'sub', 0o700))
    here(mknodat(dir, 'fifo', { type: 'fifo', mode: 0o600 }, 0))
    here(mknodat(dir, 'empty', { type: 'file', mode: 0o600 }, 0))
    here(symlinkat('sub/target', dir, 'link'))
    expect(here(readlinkat(dir, 'link'))).toBe('sub/target')
    here(renameat(dir, 'empty', dir, 'sub/moved'))
    expect(lstatSync(at.path('fifo')).isFIFO()).toBe(true)
    expect(readdirSync(at.path('sub'))).toEqual(['moved'])
    here(unlinkat(dir, 'sub/moved', []))
    here(unlinkat(dir, 'sub', ['REMOVEDIR']))
    expect(readdirSync(at.path()).toSorted()).toEqual(['fifo', 'link'])
  })

  test('a link that is open itself can be read without a path', () => {
    using at = scratch()
    symlinkSync('somewhere', at.path('link'))
    using link = here(openat('cwd', at.path('link'), ['PATH', 'NOFOLLOW']))
    expect(here(readlinkat(link, ''))).toBe('somewhere')
  })

  test('all names come in portions, then none', () => {
    using at = scratch()
    const names = Array.from({ length: 900 }, (_, i) => `a name that is long enough for two portions ${i}`)
    for (const name of names) writeFileSync(at.path(name), '')
    mkdirSync(at.path('directory'))
    using dir = directory(at.path())
    const portions = []
    for (let some = here(getdents(dir)); some !== undefined; some = here(getdents(dir))) portions.push(some)
    expect(portions.length).toBeGreaterThan(1)
    const entries = portions.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(entries.map(({ name }) => name)).toEqual([...names, 'directory'].toSorted())
    expect(entries.find(({ name }) => name === 'directory')?.type).toBe('directory')
    expect(entries[0]?.type).toBe('file')
  })

  test('modes and owners are changed on what is open', () => {
    using at = scratch()
    writeFileSync(at.path('file'), '')
    using dir = directory(at.path())
    using file = here(openat(dir, 'file', ['RDONLY']))
    here(fchmod(file, 0o604))
    expect(here(fstat(file)).mode).toBe(0o604)
    here(fchmodat(dir, 'file', 0o640))
    expect(here(fstat(file)).mode).toBe(0o640)
    const { uid, gid } = here(fstat(file))
    here(fchown(file, uid, gid))
    expect(here(fstat(file))).toMatchObject({ uid, gid })
  })

  test('whether one may is asked for the effective user', () => {
    using at = scratch()
    writeFileSync(at.path('file'), '', { mode: 0o600 })
    here(access('cwd', at.path('file'), ['R', 'W']))
    // Nobody executes a file that nobody may execute, not even root.
    expect(() => here(access('cwd', at.path('file'), ['X']))).toThrow('EACCES')
  })

  test('a lock is held by one at a time', () => {
    using at = scratch()
    using first = directory(at.path())
    using second = directory(at.path())
    here(flock(first, ['EXCLUSIVE']))
    expect(() => here(flock(second, ['SHARED', 'NONBLOCK']))).toThrow('EAGAIN')
    first[Symbol.dispose]()
    here(flock(second, ['SHARED', 'NONBLOCK']))
  })
})

describe('openat2', () => {
  test('a link out of the root leads back into it', () => {
    using at = scratch()
    mkdirSync(at.path('etc'))
    writeFileSync(at.path('etc/passwd'), 'of the container')
    symlinkSync('/../../etc/passwd', at.path('link'))
    using root = directory(at.path())
    using file = here(openat2(root, '/link', { flags: ['RDONLY'], resolve: ['IN_ROOT'] }))
    expect(decodeText(here(read(file, 100)))).toBe('of the container')
  })

  test('links, mount points and magic links can be forbidden', () => {
    using at = scratch()
    symlinkSync('target', at.path('link'))
    using root = directory(at.path())
    using proc = directory('/proc')
    const how = (resolve: Parameters<typeof openat2>[2]['resolve']) => ({ flags: ['PATH'], resolve }) as const
    expect(() => here(openat2(root, 'link', how(['NO_SYMLINKS'])))).toThrow('ELOOP')
    expect(() => here(openat2(root, '..', how(['BENEATH'])))).toThrow('EXDEV')
    expect(() => here(openat2(proc, '..', how(['NO_XDEV'])))).toThrow('EXDEV')
    expect(() => here(openat2(proc, 'self/exe', how(['NO_MAGICLINKS'])))).toThrow('ELOOP')
  })

  test('it makes files with a mode', () => {
    using at = scratch()
    using root = directory(at.path())
    using file = here(openat2(root, 'new', { flags: ['WRONLY', 'CREAT'], mode: 0o600, resolve: ['IN_ROOT'] }))
    expect(here(fstat(file)).mode).toBe(0o600)
    expect(here(tolerating(openat2(root, 'no', { flags: ['PATH'], resolve: [] }), 'ENOENT')).missing).toBe(true)
  })
})
