// Detached mounts, as the calls that make them.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { attach, boundTree, changedCopyOf, copyOf, finishTree, newFilesystem, openHost } from '#src/rootfs/attach.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'
import { recording } from '../recording.ts'

const made = (type: string, source: string, ...options: string[]) => {
  const { sys, calls } = recording()
  newFilesystem(sys, { type, source, plan: parseOptions(options) })
  return calls()
}

describe('a new file system', () => {
  test('gets its source, its options and its flags, is made, and mounted with its attributes', () => {
    expect(made('tmpfs', 'shm', 'nosuid', 'nodev', 'mode=1777', 'size=64k', 'huge', 'sync')).toEqual([
      'fsopen("tmpfs", CLOEXEC)',
      'fsconfig(<tmpfs>, SET_STRING, "source", "shm")',
      'fsconfig(<tmpfs>, SET_STRING, "mode", "1777")',
      'fsconfig(<tmpfs>, SET_STRING, "size", "64k")',
      'fsconfig(<tmpfs>, SET_FLAG, "huge")',
      'fsconfig(<tmpfs>, SET_FLAG, "sync")',
      'fsconfig(<tmpfs>, CMD_CREATE)',
      'fsmount(<tmpfs>, CLOEXEC, NOSUID|NODEV)',
      'close(<tmpfs>)',
    ])
  })

  test('without a source has none', () => {
    expect(made('proc', '').some((call) => call.includes('source'))).toBe(false)
  })

  test('that is read-only is so as a whole, not only its mount', () => {
    expect(made('sysfs', 'sysfs', 'ro', 'noexec')).toEqual([
      'fsopen("sysfs", CLOEXEC)',
      'fsconfig(<sysfs>, SET_STRING, "source", "sysfs")',
      'fsconfig(<sysfs>, SET_FLAG, "ro")',
      'fsconfig(<sysfs>, CMD_CREATE)',
      'fsmount(<sysfs>, CLOEXEC, RDONLY|NOEXEC)',
      'close(<sysfs>)',
    ])
  })

  test('but a tmpfs becomes read-only later: other mounts have to make their targets in it', () => {
    expect(made('tmpfs', 'tmpfs', 'ro', 'nosuid').filter((call) => /RDONLY|"ro"/.test(call))).toEqual([])
  })

  test('takes an option with several equals signs as one value', () => {
    expect(made('overlay', 'overlay', 'lowerdir=/a=b')).toContain('fsconfig(<overlay>, SET_STRING, "lowerdir", "/a=b")')
  })

  test('that refuses an option says which', () => {
    const { sys } = recording({ fsconfig: { refused: 'EINVAL' } })
    const make = () => newFilesystem(sys, { type: 'tmpfs', source: '', plan: parseOptions(['siz=1']) })
    expect(make).toThrow(expect.objectContaining({ actions: ['set option "siz=1"'], errno: 'EINVAL' }))
  })
})

describe('a tree that is there already', () => {
  const bound = (options: readonly string[], locked: Parameters<typeof boundTree>[3] = []) => {
    const { sys, calls } = recording()
    boundTree(sys, '/host', parseOptions(options), locked)
    return calls()
  }

  test('is copied, alone or with everything below it', () => {
    expect(bound(['bind'])).toEqual(['open_tree(AT_FDCWD, "/host", CLONE)'])
    expect(bound(['rbind'])).toEqual(['open_tree(AT_FDCWD, "/host", CLONE|RECURSIVE)'])
  })

  test('with an attribute loses those that are not named, as with mount(8); taking one away takes no other', () => {
    expect(bound(['bind', 'ro'])[1]).toBe(
      'mount_setattr(</host>, "", this, +RDONLY -NOSUID -NODEV -NOEXEC -NOSYMFOLLOW)',
    )
    expect(bound(['bind', 'rw'])[1]).toBe('mount_setattr(</host>, "", this, -RDONLY)')
  })

  test('but not those that a user namespace may not take away', () => {
    expect(bound(['bind', 'ro'], ['NODEV', 'NOSUID'])[1]).toBe(
      'mount_setattr(</host>, "", this, +RDONLY -NOEXEC -NOSYMFOLLOW)',
    )
  })

  test('is finished with what is asked of all mounts below, and then with its propagations, in order', () => {
    const { sys, calls } = recording()
    const tree = sys(openat('cwd', '/tree', ['PATH']))
    finishTree(sys, tree, parseOptions(['rro', 'slave', 'rshared']))
    expect(calls().slice(1)).toEqual([
      'mount_setattr(</tree>, "", recursive, +RDONLY)',
      'mount_setattr(</tree>, "", this, SLAVE)',
      'mount_setattr(</tree>, "", recursive, SHARED)',
    ])
  })

  test('that nothing is asked of is finished', () => {
    const { sys, calls } = recording()
    finishTree(sys, sys(openat('cwd', '/tree', ['PATH'])), parseOptions(['ro', 'size=1']))
    expect(calls()).toHaveLength(1)
  })
})

test('what is open is copied by its descriptor, never by a path', () => {
  const { sys, calls } = recording()
  const host = openHost(sys, '/dev/null')
  attach(sys, copyOf(sys, host), changedCopyOf(sys, host, { set: ['RDONLY'] }))
  expect(calls()).toEqual([
    'openat(AT_FDCWD, "/dev/null", PATH)',
    'open_tree(</dev/null>, "", CLONE|EMPTY_PATH)',
    'open_tree(</dev/null>, "", CLONE|RECURSIVE|EMPTY_PATH)',
    'mount_setattr(</dev/null>, "", this, +RDONLY)',
    'move_mount(</dev/null>, "", </dev/null>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
  ])
})
