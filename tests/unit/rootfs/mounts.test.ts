// The mounts of a config, as calls.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { MS } from '#ffi/calls/mount.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { finishMounts, makeMounts } from '#src/rootfs/mounts.ts'
import { recording, type Recording, type Script } from '../recording.ts'

const mount = (destination: string, type: string, source: string, ...options: string[]): Mount => ({
  destination,
  type,
  source,
  options,
  uidMappings: [],
  gidMappings: [],
})

const PROC = mount('/proc', 'proc', 'proc', 'nosuid')

interface Choices {
  readonly script?: Script
  readonly userNamespace?: boolean
  readonly label?: string
}

/** Makes mounts in a recording. */
function making(mounts: readonly Mount[], { script = {}, userNamespace = false, label = '' }: Choices = {}) {
  const stat = { type: 'directory', mode: 0o755 }
  const it = recording({ fstat: stat, newfstatat: stat, fstatfs: { magic: 0, flags: 0 }, ...script })
  const { sys, kernel } = it
  const setting = {
    task: sys,
    here: kernel.here,
    root: sys(openat('cwd', '/root', ['PATH'])),
    rootBefore: kernel.here(openat('cwd', '/before', ['PATH'])),
    bundle: '/bundle',
    userNamespace,
    cgroups: { version: 2, hierarchies: [], namespace: true, foreign: false, userNamespace: false } as const,
    label,
    mapped: new Map(),
  }
  return { it, later: makeMounts(setting, mounts) }
}

const called = (it: Recording, name: RegExp) => it.calls().filter((call) => name.test(call))

describe('a file system', () => {
  test('has the label of the config, except where the kernel gives labels of its own', () => {
    const label = 'system_u:object_r:container_file_t:s0:c1,c2'
    const shm = { ...PROC, destination: '/dev/shm', type: 'tmpfs', options: ['nosuid'] }
    const named = { ...shm, options: ['context=other'] }
    const mqueue = { ...shm, type: 'mqueue' }
    const contexts = (mount: Mount) => called(making([mount], { label }).it, /"context"/)
    expect(contexts(shm)).toEqual([`fsconfig(<tmpfs>, SET_STRING, "context", "${label}")`])
    expect(contexts(named)).toEqual(['fsconfig(<tmpfs>, SET_STRING, "context", "other")'])
    expect([...contexts(PROC), ...contexts(mqueue)]).toEqual([])
    expect(called(making([shm]).it, /"context"/)).toEqual([])
  })

  test('is made detached, and then attached to a directory that was opened below the root', () => {
    const { it } = making([PROC])
    expect(called(it, /^(fsopen|fsmount|mkdirat|move_mount)/)).toEqual([
      'mkdirat(</root>, "proc", 0755)',
      'fsopen("proc", CLOEXEC)',
      'fsmount(<proc>, CLOEXEC, NOSUID)',
      'move_mount(<proc>, "", </proc>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
    ])
  })

  test('that is a tmpfs has the mode of the directory that it covers, unless its options have one', () => {
    const mode = (...options: string[]) =>
      called(
        making([mount('/tmp', 'tmpfs', 'tmpfs', ...options)], {
          script: { fstat: { type: 'directory', mode: 0o1777 } },
        }).it,
        /"mode"/,
      )
    expect(mode()).toEqual(['fsconfig(<tmpfs>, SET_STRING, "mode", "1777")'])
    expect(mode('mode=700')).toEqual(['fsconfig(<tmpfs>, SET_STRING, "mode", "700")'])
  })

  test('that is a read-only tmpfs becomes so when everything below it was made', () => {
    const { it, later } = making([
      mount('/dev', 'tmpfs', 'tmpfs', 'ro', 'mode=755'),
      mount('/dev/shm', 'tmpfs', 'shm', 'mode=1777'),
    ])
    expect(called(it, /RDONLY/)).toEqual([])
    finishMounts(it.sys, later)
    expect(called(it, /RDONLY/)).toEqual(['mount_setattr(<tmpfs>, "", this, +RDONLY)'])
    expect(later.every((fd) => fd.closed)).toBe(true)
  })

  test('that is proc or sysfs must not lie behind a link of the image (CVE-2019-19921)', () => {
    const link: Script = {
      openat2: (call: Call<unknown>) => (call.show().includes('NO_SYMLINKS') ? { refused: 'ELOOP' } : undefined),
    }
    for (const type of ['proc', 'sysfs'])
      expect(() => making([mount('/proc', type, type)], { script: link })).toThrow(
        '"/proc" is a symbolic link in the container\'s root, which is not allowed here',
      )
  })

  test('that is a cgroup shows the container’s', () => {
    expect(called(making([mount('/sys/fs/cgroup', 'cgroup', 'cgroup', 'ro')]).it, /fsopen/)).toEqual([
      'fsopen("cgroup2", CLOEXEC)',
    ])
  })

  test('gets its propagation when it is attached', () => {
    const { it } = making([mount('/mnt', 'tmpfs', 'tmpfs', 'mode=1', 'rshared')])
    const order = called(it, /^(move_mount|mount_setattr)/).map((call) => call.split('(')[0])
    expect(order).toEqual(['move_mount', 'mount_setattr'])
  })
})

describe('mounts side by side', () => {
  const opened = (...paths: readonly [path: string, ...options: string[]][]) =>
    called(
      making(paths.map(([path, ...options]) => mount(path, 'bind', '/host', ...options))).it,
      /^openat2\(<\/root>, .*DIRECTORY/,
    ).map((call) => /"(.*)"/.exec(call)?.[1])

  test('share the directory that they lie in', () => {
    expect(opened(['/a/x'], ['/a/y'])).toEqual(['/a', '/a/x', '/a/y'])
  })

  test('do not where it is another one since: a mount lies on it, or who made it knows no links', () => {
    expect(opened(['/a/x'], ['/a'], ['/a/y'])).toEqual(['/a', '/a/x', '/a', '/a', '/a/y'])
    expect(opened(['/a/x'], ['/a', 'dest-nofollow'], ['/a/y'])).toEqual(['/a', '/a/x', '/', '/a', '/a/y'])
  })
})

describe('a bind mount', () => {
  test('is recognised by its type or its options, and takes everything below along unless it says otherwise', () => {
    const trees = (...mounts: Mount[]) => called(making(mounts).it, /^open_tree/)
    expect(trees(mount('/a', 'bind', '/host'))).toEqual(['open_tree(AT_FDCWD, "/host", CLONE|RECURSIVE)'])
    expect(trees(mount('/a', '', '/host', 'bind'))).toEqual(['open_tree(AT_FDCWD, "/host", CLONE)'])
    expect(trees(mount('/a', 'none', '/host', 'rbind'))).toEqual(['open_tree(AT_FDCWD, "/host", CLONE|RECURSIVE)'])
  })

  test('of a file goes on a file, of a directory on a directory', () => {
    const made = (type: string) =>
      called(
        making([mount('/etc/x', 'bind', '/host')], { script: { newfstatat: { type }, fstat: { type } } }).it,
        /^mk/,
      )
    expect(made('file')).toEqual(['mkdirat(</root>, "etc", 0755)', 'mknodat(</etc>, "x", file 0644, 0)'])
    expect(made('socket').at(-1)).toBe('mknodat(</etc>, "x", file 0644, 0)')
    expect(made('directory')).toEqual(['mkdirat(</root>, "etc", 0755)', 'mkdirat(</etc>, "x", 0755)'])
  })

  test('from a relative source is one from the bundle', () => {
    expect(called(making([mount('/a', 'bind', 'data')]).it, /^open_tree/)).toEqual([
      'open_tree(AT_FDCWD, "/bundle/data", CLONE|RECURSIVE)',
    ])
  })

  test('whose source is not there is an error that names it', () => {
    const script: Script = {
      newfstatat: (call: Call<unknown>) => (call.operands()[1] === '/absent' ? { refused: 'ENOENT' } : undefined),
    }
    expect(() => making([PROC, mount('/a', 'bind', '/absent')], { script })).toThrow(
      expect.objectContaining({
        message: 'source "/absent" does not exist: no such file or directory',
        actions: ['make mounts[1], "bind" on "/a"'],
      }),
    )
  })

  test('cannot have an option of a file system', () => {
    expect(() => making([mount('/a', 'bind', '/host', 'size=1')])).toThrow(
      'a bind mount cannot have the file system option "size=1"',
    )
  })

  test('keeps in a user namespace what the host has locked', () => {
    const script: Script = { fstatfs: { magic: 0, flags: MS.NODEV | MS.NOSUID } }
    const change = (userNamespace: boolean) =>
      called(making([mount('/a', 'bind', '/host', 'ro')], { script, userNamespace }).it, /^mount_setattr/)
    expect(change(true)).toEqual(['mount_setattr(</host>, "", this, +RDONLY -NOEXEC -NOSYMFOLLOW)'])
    expect(change(false)).toEqual(['mount_setattr(</host>, "", this, +RDONLY -NOSUID -NODEV -NOEXEC -NOSYMFOLLOW)'])
  })
})

describe('what is refused', () => {
  test('is a mount on the root itself', () => {
    for (const destination of ['/', '/..', '//./'])
      expect(() => making([mount(destination, 'tmpfs', 'tmpfs')])).toThrow('a mount on the root itself is not possible')
  })

  test('is tmpcopyup for anything but a tmpfs', () => {
    expect(() => making([mount('/a', 'proc', 'proc', 'tmpcopyup')])).toThrow('option "tmpcopyup" is for a tmpfs alone')
  })

  test('is told with the number of the mount', () => {
    expect(() => making([PROC, PROC, mount('/', 'tmpfs', 'x')])).toThrow(
      expect.objectContaining({ actions: ['make mounts[2], "tmpfs" on "/"'] }),
    )
  })
})

test('a destination behind links is followed inside the root, once', () => {
  const isProbe = (call: Call<unknown>) => call.show().includes('NO_SYMLINKS')
  const script: Script = {
    openat2: (call: Call<unknown>) => (isProbe(call) ? { refused: 'ELOOP' } : undefined),
    readlinkat: (call: Call<unknown>) => (call.show().includes('link>') ? 'target' : 'missing'),
  }
  const { it } = making([mount('/link/x', 'tmpfs', 'tmpfs', 'mode=1')], { script })
  expect(called(it, /^mkdirat/)).toEqual(['mkdirat(</root>, "target", 0755)', 'mkdirat(</target>, "x", 0755)'])
})
