// Where cgroups are put: cgroupsPath in every form, on every layout.
import { describe, expect, test } from 'bun:test'

import { callersCgroup, cleaned, parseOwn, plan } from '#src/cgroups/plan.ts'
import type { CgroupDriver } from '#src/cgroups/record.ts'
import { PretendedHost } from './pretended-host.ts'

const V1_MOUNTS = [
  '32 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '33 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '34 30 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
].join('\n')
const V1_OWN = ['4:memory:/box/m', '3:cpu,cpuacct:/', '0::/session/shell'].join('\n')

const hybrid = (mountinfo = V1_MOUNTS, own = V1_OWN) =>
  new PretendedHost({
    files: { '/sys/fs/cgroup/memory/tasks': '', '/proc/self/mountinfo': mountinfo, '/proc/self/cgroup': own },
  })
const unified = (own = '0::/user.slice/shell') =>
  new PretendedHost({ files: { '/sys/fs/cgroup/cgroup.controllers': '', '/proc/self/cgroup': own } })

function paths(host: PretendedHost, path: string, driver: CgroupDriver = 'cgroupfs'): string[] {
  return plan(host.kernel.here, { path, id: 'c1', driver }).hierarchies.map((hierarchy) => hierarchy.path)
}

describe('an absolute path', () => {
  test('is meant from the root of every hierarchy', () => {
    expect(paths(hybrid(), '/docker/c1')).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct/docker/c1',
      '/sys/fs/cgroup/memory/docker/c1',
      '/sys/fs/cgroup/unified/docker/c1',
    ])
  })

  test('needs no look at the cgroup of the caller', () => {
    const host = unified()
    expect(paths(host, '/docker/c1')).toEqual(['/sys/fs/cgroup/docker/c1'])
    expect(host.calls.filter((line) => line.includes('/proc/'))).toEqual([])
  })

  test.each(['/../../etc', '/a/../../etc', '/./etc//'])('%p does not lead out of the hierarchy', (path) => {
    expect(paths(unified(), path)).toEqual(['/sys/fs/cgroup/etc'])
  })

  test.each(['/', '/a/..', '//'])('%p is refused, as it is the cgroup of everyone', (path) => {
    expect(() => paths(unified(), path)).toThrow('is the root cgroup')
  })
})

describe('a relative or empty path', () => {
  test('is put beside the caller on version 2', () => {
    expect(paths(unified(), '')).toEqual(['/sys/fs/cgroup/user.slice/c1'])
    expect(paths(unified(), 'a/b')).toEqual(['/sys/fs/cgroup/user.slice/a/b'])
    expect(paths(unified('0::/'), '')).toEqual(['/sys/fs/cgroup/c1'])
    expect(paths(unified('0::/shell'), '')).toEqual(['/sys/fs/cgroup/c1'])
  })

  test('is put below the caller on version 1, where the limits of the caller still count', () => {
    expect(paths(hybrid(), '')).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct/c1',
      '/sys/fs/cgroup/memory/box/m/c1',
      '/sys/fs/cgroup/unified/session/c1',
    ])
  })

  test('does not climb over the caller', () => {
    expect(paths(hybrid(), '../../x')[1]).toBe('/sys/fs/cgroup/memory/box/m/x')
  })

  test('is meant from what the mount shows, inside a container without a cgroup namespace', () => {
    const mountinfo = V1_MOUNTS.replace('0:31 /', '0:31 /box')
    expect(paths(hybrid(mountinfo), '')[1]).toBe('/sys/fs/cgroup/memory/m/c1')
  })

  test('begins at the mount when the mount does not show the caller', () => {
    const mountinfo = V1_MOUNTS.replace('0:31 /', '0:31 /bo')
    expect(paths(hybrid(mountinfo), '')[1]).toBe('/sys/fs/cgroup/memory/c1')
  })
})

describe('a driver', () => {
  test('"disabled" looks at nothing and plans nothing', () => {
    const host = unified()
    expect(paths(host, '/x', 'disabled')).toEqual([])
    expect(host.calls).toEqual([])
  })
})

describe('the driver "systemd"', () => {
  const running = { '/run/systemd/system/x': '', '/sys/fs/cgroup/cgroup.controllers': '' }
  const host = (own: string, files: object = running) =>
    new PretendedHost({ files: { ...files, '/proc/1/cgroup': own } })

  test('plans a unit and the same place in every hierarchy', () => {
    const files = { '/run/systemd/system/x': '', '/sys/fs/cgroup/memory/tasks': '', '/proc/self/mountinfo': V1_MOUNTS }
    const { here } = host('4:memory:/\n1:name=systemd:/init.scope\n0::/init.scope', files).kernel
    const planned = plan(here, { path: 'a-b.slice:docker:c1', id: 'x', driver: 'systemd' })
    expect(planned.unit).toEqual({ name: 'docker-c1.scope', slice: 'a-b.slice' })
    expect(planned.hierarchies.map(({ path }) => path)).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct/a.slice/a-b.slice/docker-c1.scope',
      '/sys/fs/cgroup/memory/a.slice/a-b.slice/docker-c1.scope',
      '/sys/fs/cgroup/unified/a.slice/a-b.slice/docker-c1.scope',
    ])
  })

  test('begins where systemd does, which in a container is not the root', () => {
    expect(paths(host('0::/init.scope'), '', 'systemd')).toEqual(['/sys/fs/cgroup/system.slice/bunc-c1.scope'])
    expect(paths(host('0::/box/init.scope'), '', 'systemd')).toEqual(['/sys/fs/cgroup/box/system.slice/bunc-c1.scope'])
  })

  test('begins at the cgroup of the user where it is the systemd of a user', () => {
    const { here } = host('0::/init.scope').kernel
    const planned = plan(here, { path: '', id: 'c1', driver: 'systemd', usersRoot: '/user.slice/user@7.service' })
    expect(planned.unit).toEqual({ name: 'bunc-c1.scope', slice: 'user.slice', user: true })
    expect(planned.hierarchies.map(({ path }) => path)).toEqual([
      '/sys/fs/cgroup/user.slice/user@7.service/user.slice/bunc-c1.scope',
    ])
  })

  test('is refused to a user on a host with version 1, where nothing is delegated', () => {
    const files = { '/run/systemd/system/x': '', '/sys/fs/cgroup/memory/tasks': '', '/proc/self/mountinfo': V1_MOUNTS }
    const { here } = host('0::/init.scope', files).kernel
    expect(() => plan(here, { path: '', id: 'c1', driver: 'systemd', usersRoot: '/user.slice' })).toThrow('cgroup v1')
  })

  test('is refused where systemd does not run the host', () => {
    expect(() => paths(unified(), 'a.slice:b:c', 'systemd')).toThrow('systemd does not run this host')
  })
})

test('a host without cgroups is refused', () => {
  expect(() => paths(hybrid(''), '/x')).toThrow('no cgroup file system is mounted')
})

test('the cgroup of the caller is found in every hierarchy', () => {
  expect(callersCgroup(hybrid().kernel.here).hierarchies.map(({ path }) => path)).toEqual([
    '/sys/fs/cgroup/cpu,cpuacct',
    '/sys/fs/cgroup/memory/box/m',
    '/sys/fs/cgroup/unified/session/shell',
  ])
})

test('a path may contain colons', () => {
  const own = parseOwn('5:cpu,cpuacct:/a:b\n1:name=systemd:/s\n0::/u')
  expect([...own]).toEqual([
    ['cpu', '/a:b'],
    ['cpuacct', '/a:b'],
    ['name=systemd', '/s'],
    ['', '/u'],
  ])
})

test('a cleaned path has no dots, and none of its names is lost', () => {
  expect(['a', '/a/./b/', 'a/../b', '..', '', '/...'].map(cleaned)).toEqual(['/a', '/a/b', '/b', '', '', '/...'])
})
