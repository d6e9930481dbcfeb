// The ways of a process into its cgroup, as the calls that are made for it.
import { expect, test } from 'bun:test'

import { SyscallError } from '#ffi/error.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { bearInto, besideProcess, birthPlace, enter, entrance } from '#src/cgroups/birth.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const files = Object.fromEntries(
  [...UNIFIED.hierarchies, ...LEGACY.hierarchies, ...HYBRID.hierarchies].flatMap(({ path }) => [
    [`${path}/tasks`, ''],
    [`${path}/cgroup.procs`, ''],
  ]),
)

test('version 2 is a place to be born at, and needs no walk', () => {
  const host = new PretendedHost({ files })
  birthPlace(host.kernel.here, UNIFIED)?.[Symbol.dispose]()
  using walk = entrance(host.kernel.here, UNIFIED)
  expect(walk.calls).toEqual([])
  expect(host.calls[0]).toStartWith('openat(AT_FDCWD, "/sys/fs/cgroup/docker/c1", PATH|DIRECTORY)')
})

test('version 1 is walked into: the process writes itself, 0, into the tasks of each hierarchy', () => {
  const host = new PretendedHost({ files })
  expect(birthPlace(host.kernel.here, LEGACY)).toBeUndefined()
  using walk = entrance(host.kernel.here, LEGACY)
  expect(walk.calls.map((call) => call.show().replace(/\d+</, ''))).toEqual(
    LEGACY.hierarchies.map(({ path }) => `write(${path}/tasks>, "0")`),
  )
})

test('a host with both needs both', () => {
  const host = new PretendedHost({ files })
  using place = birthPlace(host.kernel.here, HYBRID)
  using walk = entrance(host.kernel.here, HYBRID)
  expect(place?.label).toBe('/sys/fs/cgroup/unified/docker/c1')
  expect(walk.calls).toHaveLength(2)
})

test('the files of a walk are closed with it, and also when one of them cannot be opened', () => {
  const opened = (host: PretendedHost) => host.calls.filter((line) => line.startsWith('openat')).length
  const closed = (host: PretendedHost) => host.calls.filter((line) => line.startsWith('close')).length
  const host = new PretendedHost({ files })
  const walk = entrance(host.kernel.here, LEGACY)
  expect([opened(host), closed(host)]).toEqual([7, 0])
  walk[Symbol.dispose]()
  expect([opened(host), closed(host)]).toEqual([7, 7])

  const broken = new PretendedHost({ files, forbids: (_, path) => (path.includes('/pids/') ? 'ENOENT' : undefined) })
  expect(() => entrance(broken.kernel.here, LEGACY)).toThrow('ENOENT')
  expect([opened(broken), closed(broken)]).toEqual([3, 3])
})

test('a process of others is moved from outside, into every hierarchy', () => {
  const host = new PretendedHost({ files })
  enter(host.kernel.here, HYBRID, 4711)
  expect(host.effects.map((line) => line.replace(/\d+</, ''))).toEqual(
    HYBRID.hierarchies.map(({ path }) => `write(${path}/cgroup.procs>, "4711")`),
  )
})

test('a container without cgroup has no way in', () => {
  const host = new PretendedHost({ files })
  expect(birthPlace(host.kernel.here, NONE)).toBeUndefined()
  using walk = entrance(host.kernel.here, NONE)
  expect(walk.calls).toEqual([])
  enter(host.kernel.here, NONE, 1)
  expect(host.calls).toEqual([])
})

test('a process is put beside another one that has moved down on version 2, and only then', () => {
  const beside = (own: string) =>
    besideProcess(new PretendedHost({ files: { '/proc/7/cgroup': own } }).kernel.here, HYBRID, 7).hierarchies
  const [memory, freezer, unified] = HYBRID.hierarchies
  const moved = unified && { ...unified, path: '/sys/fs/cgroup/unified/docker/c1/init.scope' }
  expect(beside('4:memory:/docker/c1/deep\n0::/docker/c1/init.scope')).toEqual(
    [memory, freezer, moved].filter((one) => one !== undefined),
  )
  for (const own of ['0::/docker/c1', '0::/docker/c10/x', '0::/', '0::/elsewhere', '4:memory:/docker/c1/deep'])
    expect(beside(own)).toEqual([...HYBRID.hierarchies])
})

test('a process that a full cgroup does not take fails with the name of that cgroup, and with its limit', () => {
  const above = '/sys/fs/cgroup/docker'
  const failing = (full: Readonly<Record<string, string>>, errno: 'EAGAIN' | 'EPERM' = 'EAGAIN') => {
    const host = new PretendedHost({ files: { ...files, ...full } })
    return () =>
      bearInto(host.kernel.here, UNIFIED, () => {
        throw new SyscallError({ syscall: 'clone3', call: 'clone3()', errno: ERRNO[errno], where: 'here' })
      })
  }
  const none = { [`${above}/c1/pids.max`]: '0', [`${above}/c1/pids.current`]: '0' }
  expect(failing(none)).toThrow(`the cgroup "${above}/c1" has a limit of 0 processes (pids.max) and holds 0`)
  const high = { [`${above}/c1/pids.max`]: '5', [`${above}/c1/pids.current`]: '1' }
  expect(failing({ ...high, [`${above}/pids.max`]: '7', [`${above}/pids.current`]: '7' })).toThrow(
    `the cgroup "${above}" has a limit of 7 processes (pids.max) and holds 7`,
  )
  expect(failing({ ...high, [`${above}/pids.max`]: 'max' })).toThrow('clone3() = EAGAIN')
  expect(failing(none, 'EPERM')).toThrow('clone3() = EPERM')
  expect(bearInto(new PretendedHost({ files }).kernel.here, UNIFIED, () => 7)).toBe(7)
})
