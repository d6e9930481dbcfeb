// What a container sees as /sys/fs/cgroup, as calls.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { type CgroupTree, mountCgroups } from '#src/rootfs/cgroupfs.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'
import { recording } from '../recording.ts'

const OPTIONS = ['nosuid', 'noexec', 'nodev', 'relatime', 'ro']

function mounted(tree: CgroupTree, options: readonly string[] = OPTIONS): string[] {
  const { sys, calls } = recording()
  mountCgroups(sys, { target: sys(openat('cwd', '/cg', ['PATH'])), tree, plan: parseOptions(options) })
  return calls().slice(1)
}

describe('version 2', () => {
  const tree = { version: 2, hierarchies: [], namespace: true, foreign: false, userNamespace: false } as const
  const NEW = [
    'fsopen("cgroup2", CLOEXEC)',
    'fsconfig(<cgroup2>, SET_STRING, "source", "cgroup")',
    'fsconfig(<cgroup2>, SET_FLAG, "ro")',
    'fsconfig(<cgroup2>, CMD_CREATE)',
    'fsmount(<cgroup2>, CLOEXEC, NOSUID|NOEXEC|NODEV|RDONLY)',
    'close(<cgroup2>)',
    'move_mount(<cgroup2>, "", </cg>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
    'close(<cgroup2>)',
  ]

  test('is a new mount, which shows what the cgroup namespace shows', () => {
    expect(mounted(tree)).toEqual(NEW)
    expect(mounted({ ...tree, userNamespace: true })).toEqual(NEW)
    expect(mounted({ ...tree, namespace: false })).toEqual(NEW)
  })

  test('is the host’s own, read-only, for a user namespace without a cgroup namespace', () => {
    expect(mounted({ ...tree, namespace: false, userNamespace: true }, ['nosuid'])).toEqual([
      'open_tree(AT_FDCWD, "/sys/fs/cgroup", CLONE|RECURSIVE)',
      'mount_setattr(</sys/fs/cgroup>, "", this, +NOSUID +RDONLY -NODEV -NOEXEC -NOSYMFOLLOW)',
      'move_mount(</sys/fs/cgroup>, "", </cg>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
      'close(</sys/fs/cgroup>)',
    ])
  })
})

describe('version 1', () => {
  test('has the label of the mount on its own file system, and on no hierarchy', () => {
    const calls = mounted(tree(true), [...OPTIONS, 'context=a:b:c'])
    expect(calls.filter((call) => call.includes('context'))).toEqual([
      'fsconfig(<tmpfs>, SET_STRING, "context", "a:b:c")',
    ])
  })

  const hierarchies = [
    { name: 'memory', options: ['memory'], path: '/sys/fs/cgroup/memory/web' },
    { name: 'cpu,cpuacct', options: ['cpu', 'cpuacct'], path: '/sys/fs/cgroup/cpu,cpuacct/web' },
    { name: 'systemd', options: ['none', 'name=systemd'], path: '/sys/fs/cgroup/systemd/web' },
    { name: 'unified', options: [], path: '/sys/fs/cgroup/unified/web' },
  ]
  const tree = (namespace: boolean) =>
    ({ version: 1, hierarchies, namespace, foreign: false, userNamespace: false }) as const

  test('is read-only where the container has no cgroup and sees those of its caller (CVE-2023-25809)', () => {
    const calls = mounted({ ...tree(false), foreign: true }, ['nosuid', 'rw'])
    const changes = calls.filter((call) => call.startsWith('mount_setattr(</sys/fs/cgroup'))
    expect(changes.map((call) => call.includes('+RDONLY') || call.includes('+NOSUID +RDONLY'))).toEqual(
      hierarchies.map(() => true),
    )
    expect(mounted(tree(false), ['nosuid']).filter((call) => call.includes('+RDONLY'))).toEqual([])
  })

  test('is a small file system with a directory for each hierarchy, which becomes read-only at last', () => {
    const calls = mounted(tree(true))
    expect(calls[0]).toBe('fsopen("tmpfs", CLOEXEC)')
    expect(calls.filter((call) => call.startsWith('mkdirat'))).toEqual(
      hierarchies.map(({ name }) => `mkdirat(<tmpfs>, "${name}", 0755)`),
    )
    expect(calls.slice(-2)).toEqual(['mount_setattr(<tmpfs>, "", this, +RDONLY)', 'close(<tmpfs>)'])
  })

  test('stays writable when nobody asks for something else', () => {
    expect(mounted(tree(true), ['nosuid']).some((call) => call.includes('RDONLY'))).toBe(false)
  })

  test('mounts each hierarchy by its options, and version 2 by its type, in the file system that was made for them', () => {
    const calls = mounted(tree(true))
    const flags = 'NOSUID|NOEXEC|NODEV|RDONLY'
    expect(calls.filter((call) => /^(fchdir|mount)\(/.test(call))).toEqual([
      'fchdir(<tmpfs>)',
      `mount("cgroup", "memory", "cgroup", ${flags}, "memory")`,
      `mount("cgroup", "cpu,cpuacct", "cgroup", ${flags}, "cpu,cpuacct")`,
      `mount("cgroup", "systemd", "cgroup", ${flags}, "none,name=systemd")`,
      `mount("cgroup", "unified", "cgroup2", ${flags}, "")`,
    ])
  })

  test('has a link for each of several controllers that share a hierarchy', () => {
    expect(mounted(tree(true)).filter((call) => call.startsWith('symlinkat'))).toEqual([
      'symlinkat("cpu,cpuacct", <tmpfs>, "cpu")',
      'symlinkat("cpu,cpuacct", <tmpfs>, "cpuacct")',
    ])
  })

  test('without a cgroup namespace binds the container’s own directories', () => {
    expect(mounted(tree(false)).filter((call) => call.startsWith('open_tree'))).toEqual(
      hierarchies.map(({ path }) => `open_tree(AT_FDCWD, "${path}", CLONE|RECURSIVE)`),
    )
  })
})
