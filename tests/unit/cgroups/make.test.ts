// Making a cgroup: what is made, what is refused, and that nothing is left when it fails.
import { describe, expect, test } from 'bun:test'

import { sentence } from '#src/failure.ts'
import { make } from '#src/cgroups/make.ts'
import { type Beginning, PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V2_ROOT = {
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids',
  '/sys/fs/cgroup/cgroup.subtree_control': '',
}
const DOCKER = {
  '/sys/fs/cgroup/docker/cgroup.controllers': '',
  '/sys/fs/cgroup/docker/cgroup.subtree_control': '',
}
const NEW_V2 = { 'cgroup.controllers': '', 'cgroup.subtree_control': '', 'cgroup.type': 'domain', 'cgroup.procs': '' }

const unified = (beginning: Beginning = {}) =>
  new PretendedHost({ files: { ...V2_ROOT, ...DOCKER }, newCgroup: () => NEW_V2, ...beginning })

describe('on version 2', () => {
  test('the controllers are handed down from the root to the new cgroup', () => {
    const host = unified()
    make(host.kernel.here, UNIFIED)
    expect(host.effects).toEqual([
      'mkdirat(AT_FDCWD, "/sys/fs/cgroup/docker/c1", 0755)',
      'write(5</sys/fs/cgroup/cgroup.subtree_control>, "+cpu +memory +pids")',
      'write(6</sys/fs/cgroup/docker/cgroup.subtree_control>, "+cpu +memory +pids")',
    ])
  })

  test('nothing is handed down where the new cgroup has all controllers already: seven calls in all', () => {
    const host = unified({ newCgroup: () => ({ ...NEW_V2, 'cgroup.controllers': 'pids memory cpu' }) })
    make(host.kernel.here, UNIFIED)
    expect(host.calls).toEqual([
      'mkdirat(AT_FDCWD, "/sys/fs/cgroup/docker/c1", 0755)',
      expect.stringMatching(/^openat.*c1\/cgroup.controllers/),
      expect.stringMatching(/^read/),
      expect.stringMatching(/^close/),
      expect.stringMatching(/^openat.*cgroup\/cgroup.controllers/),
      expect.stringMatching(/^read/),
      expect.stringMatching(/^close/),
    ])
  })

  test('what cannot be handed down together is handed down one by one', () => {
    const host = unified({ refuses: (_, text) => (text.includes('cpu') ? 'EINVAL' : undefined) })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.includes('docker/cgroup.subtree'))).toEqual([
      'write(6</sys/fs/cgroup/docker/cgroup.subtree_control>, "+memory")',
      'write(6</sys/fs/cgroup/docker/cgroup.subtree_control>, "+pids")',
    ])
  })

  test('cgroups above that are not ours to write are passed over', () => {
    const forbids: Beginning['forbids'] = (call, path) =>
      call === 'openat' && path === '/sys/fs/cgroup/cgroup.subtree_control' ? 'EACCES' : undefined
    const host = unified({ forbids })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('write'))).toEqual([
      'write(5</sys/fs/cgroup/docker/cgroup.subtree_control>, "+cpu +memory +pids")',
    ])
  })

  test('a cgroup above that holds processes hands nothing down: it would become threaded, and all below it', () => {
    const files = { ...V2_ROOT, ...DOCKER, '/sys/fs/cgroup/docker/cgroup.procs': '17' }
    const host = unified({ files: { ...files, '/sys/fs/cgroup/docker/cgroup.type': 'domain' } })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('write'))).toEqual([
      'write(5</sys/fs/cgroup/cgroup.subtree_control>, "+cpu +memory +pids")',
    ])
  })

  test('the root is exempt from that, as the kernel does not mind it', () => {
    const host = unified({ files: { ...V2_ROOT, ...DOCKER, '/sys/fs/cgroup/cgroup.procs': '1' } })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('write'))).toHaveLength(2)
  })

  test('cgroups above that are missing are made', () => {
    const host = unified({ files: V2_ROOT })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('mkdirat'))).toEqual([
      'mkdirat(AT_FDCWD, "/sys/fs/cgroup/docker", 0755)',
      'mkdirat(AT_FDCWD, "/sys/fs/cgroup/docker/c1", 0755)',
    ])
  })

  test('below a threaded cgroup the new one becomes threaded, without which it takes no process', () => {
    const host = unified({ newCgroup: () => ({ ...NEW_V2, 'cgroup.type': 'domain invalid' }) })
    make(host.kernel.here, UNIFIED)
    expect(host.effects.at(-1)).toBe('write(8</sys/fs/cgroup/docker/c1/cgroup.type>, "threaded")')
  })
})

describe('on version 1', () => {
  const ABOVE = {
    '/sys/fs/cgroup/cpuset/cpuset.cpus': '0-3',
    '/sys/fs/cgroup/cpuset/cpuset.mems': '0',
    '/sys/fs/cgroup/cpuset/docker/cpuset.cpus': '1',
    '/sys/fs/cgroup/cpuset/docker/cpuset.mems': '',
  }
  const files = {
    ...ABOVE,
    ...Object.fromEntries(LEGACY.hierarchies.map(({ mount }) => [`${mount}/docker/tasks`, ''])),
  }
  const newCgroup = (path: string) => (path.includes('cpuset') ? { 'cpuset.cpus': '', 'cpuset.mems': '' } : {})

  test('there is one directory in each hierarchy', () => {
    const host = new PretendedHost({ files, newCgroup })
    make(host.kernel.here, LEGACY)
    expect(host.effects.filter((line) => line.startsWith('mkdirat'))).toEqual(
      LEGACY.hierarchies.map(({ path }) => `mkdirat(AT_FDCWD, "${path}", 0755)`),
    )
  })

  test('an empty cpuset is filled from the nearest one above that is not', () => {
    const host = new PretendedHost({ files, newCgroup })
    make(host.kernel.here, LEGACY)
    const cpuset = '/sys/fs/cgroup/cpuset/docker'
    expect(host.files.get(`${cpuset}/c1/cpuset.cpus`)).toBe('1')
    expect(host.files.get(`${cpuset}/c1/cpuset.mems`)).toBe('0')
    expect(host.files.get(`${cpuset}/cpuset.mems`)).toBe('0')
  })

  test('a cpuset that the kernel has filled is left alone', () => {
    const host = new PretendedHost({ files, newCgroup: () => ({ 'cpuset.cpus': '2', 'cpuset.mems': '0' }) })
    make(host.kernel.here, LEGACY)
    expect(host.effects.filter((line) => line.startsWith('write'))).toEqual([])
  })
})

test('on a host with both nothing is handed down until a limit wants it', () => {
  const host = new PretendedHost({
    files: {
      '/sys/fs/cgroup/memory/docker/tasks': '',
      '/sys/fs/cgroup/freezer/docker/tasks': '',
      '/sys/fs/cgroup/unified/docker/cgroup.procs': '',
    },
  })
  make(host.kernel.here, HYBRID)
  expect(host.calls).toEqual(HYBRID.hierarchies.map(({ path }) => `mkdirat(AT_FDCWD, "${path}", 0755)`))
})

test('a container without cgroup makes none', () => {
  const host = unified()
  expect(make(host.kernel.here, NONE)).toEqual(NONE)
  expect(host.calls).toEqual([])
})

describe('a cgroup that is there already', () => {
  const there = (events: string) =>
    unified({
      files: {
        ...V2_ROOT,
        ...DOCKER,
        '/sys/fs/cgroup/docker/c1/cgroup.controllers': 'cpu memory pids',
        '/sys/fs/cgroup/docker/c1/cgroup.events': events,
      },
    })
  const legacyHost = (files: Readonly<Record<string, string>>) =>
    new PretendedHost({
      files: {
        '/sys/fs/cgroup/memory/docker/tasks': '',
        '/sys/fs/cgroup/freezer/docker/tasks': '',
        '/sys/fs/cgroup/unified/docker/cgroup.procs': '',
        ...files,
      },
    })

  test('is taken when it is empty', () => {
    const host = there('populated 0\nfrozen 0')
    expect(make(host.kernel.here, UNIFIED)).toEqual(UNIFIED)
    expect(host.effects).toEqual([])
  })

  test('is refused when it holds processes, and stays', () => {
    const host = there('populated 1\nfrozen 0')
    expect(() => make(host.kernel.here, UNIFIED)).toThrow('it is there already and holds processes')
    expect(host.has('/sys/fs/cgroup/docker/c1')).toBe(true)
  })

  test('is refused when it is frozen', () => {
    expect(() => make(there('populated 0\nfrozen 1').kernel.here, UNIFIED)).toThrow('it is there already and is frozen')
  })

  test('is refused when it holds processes in version 1, far below as well', () => {
    const host = legacyHost({ '/sys/fs/cgroup/memory/docker/c1/a/b/cgroup.procs': '17' })
    expect(() => make(host.kernel.here, HYBRID)).toThrow('holds processes')
  })

  test.each(['FROZEN', 'FREEZING'])('is refused when it is %s in version 1', (state) => {
    const host = legacyHost({ '/sys/fs/cgroup/freezer/docker/c1/freezer.state': state })
    expect(() => make(host.kernel.here, HYBRID)).toThrow('is frozen')
  })

  test('takes nothing away that was made before it was refused, but what was made now', () => {
    const host = legacyHost({ '/sys/fs/cgroup/freezer/docker/c1/freezer.state': 'FROZEN' })
    expect(() => make(host.kernel.here, HYBRID)).toThrow()
    expect(host.has('/sys/fs/cgroup/memory/docker/c1')).toBe(false)
    expect(host.has('/sys/fs/cgroup/memory/docker')).toBe(true)
    expect(host.has('/sys/fs/cgroup/freezer/docker/c1')).toBe(true)
  })
})

describe('where the caller may make no cgroup', () => {
  const forbids: Beginning['forbids'] = (call, path) =>
    call === 'mkdirat' && path.includes('/docker/c1') ? 'EACCES' : undefined

  test('the error says which, and why', () => {
    const host = unified({ forbids })
    let line = ''
    try {
      make(host.kernel.here, UNIFIED)
    } catch (error) {
      line = sentence(error)
    }
    expect(line).toBe(
      'Cannot make the cgroup "/sys/fs/cgroup/docker/c1": ' +
        'mkdirat(AT_FDCWD, "/sys/fs/cgroup/docker/c1", 0755) = EACCES (permission denied)',
    )
  })

  test('the hierarchy is left out when it is optional', () => {
    expect(make(unified({ forbids }).kernel.here, UNIFIED, { optional: true })).toEqual({
      driver: 'cgroupfs',
      hierarchies: [],
    })
  })

  test('what is wrong in another way is an error even when it is optional', () => {
    const host = unified({ forbids: (call) => (call === 'mkdirat' ? 'ENOSPC' : undefined) })
    expect(() => make(host.kernel.here, UNIFIED, { optional: true })).toThrow('ENOSPC')
  })
})
