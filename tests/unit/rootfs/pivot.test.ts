// The way into a root, as calls.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { ROOTFS_PROPAGATIONS } from '#src/config/schema/linux.ts'
import { coverRoot, cutOff, makeParentPrivate, mountRoot, pivot, protectRoot, spreadRoot } from '#src/rootfs/pivot.ts'
import { recording, type Recording, type Script } from '../recording.ts'

/** Records a function that is given an open root; gives the calls after that. */
function recorded(act: (recording: Recording, root: ReturnType<typeof rootOf>) => void, script: Script = {}): string[] {
  const it = recording(script)
  act(it, rootOf(it))
  return it.calls().slice(1)
}
const rootOf = ({ sys }: Recording) => sys(openat('cwd', '/root', ['PATH']))

describe('a new mount namespace is cut off', () => {
  test.each([
    ['', 'SLAVE'],
    ['slave', 'SLAVE'],
    ['rslave', 'SLAVE'],
    ['private', 'PRIVATE'],
    ['rprivate', 'PRIVATE'],
    ['unbindable', 'PRIVATE'],
    ['runbindable', 'PRIVATE'],
    ['shared', 'SHARED'],
    ['rshared', 'SHARED'],
  ] as const)('for rootfsPropagation "%s" as %s', (wanted, propagation) => {
    expect(recorded(({ sys }) => cutOff(sys, wanted))[1]).toBe(`mount_setattr(</>, "", recursive, ${propagation})`)
  })
})

describe('the root becomes a mount of its own', () => {
  const mounted = (wanted: Parameters<typeof mountRoot>[2]) =>
    recorded(({ sys }) => void mountRoot(sys, '/bundle/rootfs', wanted))

  test('with everything that is mounted below it', () => {
    expect(mounted('')).toEqual([
      'openat(AT_FDCWD, "/bundle/rootfs", PATH)',
      'open_tree(AT_FDCWD, "/bundle/rootfs", CLONE|RECURSIVE)',
      'move_mount(</bundle/rootfs>, "", </bundle/rootfs>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
      'close(</bundle/rootfs>)',
    ])
  })

  test('that is private, before it is attached, where the host’s mounts are shared', () => {
    for (const wanted of ['shared', 'rshared'] as const)
      expect(mounted(wanted)[2]).toBe('mount_setattr(</bundle/rootfs>, "", this, PRIVATE)')
  })
})

test('a task leaves the root that it was born with before it pivots: that may be a chroot', () => {
  expect(recorded(({ sys }, root) => pivot(sys, root)).slice(0, 4)).toEqual([
    'openat(AT_FDCWD, "/proc/self/ns/mnt", RDONLY)',
    'setns(</proc/self/ns/mnt>, NEWNS)',
    'close(</proc/self/ns/mnt>)',
    'openat(AT_FDCWD, "/", PATH)',
  ])
})

test('the old root is taken away, and cut off before that: else the host’s own mounts would go', () => {
  const calls = recorded(({ sys }, root) => pivot(sys, root))
  const order = ['setns', 'fchdir', 'pivot_root', 'mount_setattr', 'umount2', 'chdir']
  expect(calls.map((call) => call.split('(')[0]).filter((name) => order.includes(name ?? ''))).toEqual(order)
  expect(calls.find((call) => call.startsWith('mount_setattr'))).toMatch(/recursive, SLAVE\)$/)
  expect(calls).toContain('umount2(".", DETACH)')
})

describe('how mounts of the root propagate is said at last', () => {
  test.each(ROOTFS_PROPAGATIONS)('for %s', (wanted) => {
    const scope = wanted.startsWith('r') ? 'recursive' : 'this'
    const propagation = wanted.replace(/^r/, '').toUpperCase()
    expect(recorded(({ sys }, root) => spreadRoot(sys, root, wanted))).toEqual([
      `mount_setattr(</root>, "", ${scope}, ${propagation})`,
    ])
  })

  test('unless nothing is said', () => {
    expect(recorded(({ sys }, root) => spreadRoot(sys, root, ''))).toEqual([])
  })
})

test('a read-only root is that mount alone', () => {
  expect(recorded(({ sys }, root) => protectRoot(sys, root))).toEqual(['mount_setattr(</root>, "", this, +RDONLY)'])
})

describe('the mount that a root lies on', () => {
  const mountinfo = [
    '1 0 8:1 / / rw - ext4 x rw',
    '2 1 8:2 / /var rw - ext4 x rw',
    '3 1 8:3 / /var/lib rw - ext4 x rw',
    '',
  ]
  const parentOf = (path: string) => recorded(({ sys }) => makeParentPrivate(sys, path, mountinfo.join('\n')))

  test.each([
    ['/var/lib/docker', '/var/lib'],
    ['/var/library', '/var'],
    ['/var/lib', '/var/lib'],
    ['/srv', '/'],
  ])('of %s is %s, and becomes private', (path, mount) => {
    expect(parentOf(path)).toEqual([
      `openat(AT_FDCWD, "${mount}", PATH)`,
      `mount_setattr(<${mount}>, "", this, PRIVATE)`,
      `close(<${mount}>)`,
    ])
  })
})

describe('without pivot_root', () => {
  const mountinfo = [
    '1 0 0:1 / / rw - rootfs x rw',
    '2 1 0:2 / /proc rw shared:1 - proc proc rw',
    '3 1 0:3 / /sys rw - sysfs sysfs rw',
    '4 2 0:2 /sys /proc/sys ro - proc proc rw',
    '5 1 0:4 / /bundle/rootfs/proc rw - proc proc rw',
    '6 1 0:5 / /dev rw - tmpfs tmpfs rw',
    '',
  ].join('\n')
  const calls = recorded(({ sys }, root) => coverRoot(sys, root, () => mountinfo), { getcwd: '/bundle/rootfs' })

  test('whole procfs and sysfs mounts of the host are taken away or covered, the last mounted first', () => {
    expect(calls.filter((call) => call.startsWith('umount2'))).toEqual([
      'umount2("/sys", DETACH)',
      'umount2("/proc", DETACH)',
    ])
    expect(calls.filter((call) => call.startsWith('move_mount'))).toEqual([
      'move_mount(<tmpfs>, "", </sys>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
      'move_mount(<tmpfs>, "", </proc>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
    ])
  })

  test('the root is moved on top of the host’s, and entered', () => {
    expect(calls).toContain('fchdir(</root>)')
    expect(calls.slice(-3)).toEqual(['mount(".", "/", NULL, MOVE, NULL)', 'chroot(".")', 'chdir("/")'])
  })
})
