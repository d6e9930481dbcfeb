// Why a controller is missing: the answer must name the controller, the cgroup that keeps it back, and the reason.
import { expect, test } from 'bun:test'

import type { Errno } from '#ffi/errno.ts'
import { whyMissing } from '#src/cgroups/controllers.ts'
import { PretendedHost } from './pretended-host.ts'

const HIERARCHY = { version: 2, controllers: [], mount: '/sys/fs/cgroup', path: '/sys/fs/cgroup/a/b/c' } as const

function why(files: Readonly<Record<string, string>>, errno?: Errno): string {
  return whyMissing(new PretendedHost({ files, refuses: () => errno }).kernel.here, HIERARCHY, 'memory').reason
}

const OFFERED = {
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory',
  '/sys/fs/cgroup/cgroup.subtree_control': 'memory',
  '/sys/fs/cgroup/a/cgroup.subtree_control': 'cpu',
}

test('the root of the hierarchy does not offer it', () => {
  expect(why({ '/sys/fs/cgroup/cgroup.controllers': 'cpu pids' })).toBe(
    'the controller "memory" is not available: "/sys/fs/cgroup" offers "cpu", "pids"',
  )
  expect(why({ '/sys/fs/cgroup/cgroup.controllers': '' })).toEndWith('offers none')
})

test.each([
  ['EACCES', 'and it is not delegated to this user'],
  ['EROFS', 'and it is not delegated to this user'],
  ['EOPNOTSUPP', 'as it is, or lies below, a threaded cgroup'],
] as const)('the first cgroup that does not hand it down is named, and what %s means there', (errno, reason) => {
  expect(why(OFFERED, errno)).toBe(
    `the controller "memory" is not available: "/sys/fs/cgroup/a" does not hand it down, ${reason}`,
  )
})

test('a cgroup that holds processes is named, and not asked: it would hand "cpu" and "pids" down, and become threaded', () => {
  const files = { ...OFFERED, '/sys/fs/cgroup/a/cgroup.type': 'domain', '/sys/fs/cgroup/a/cgroup.procs': '17' }
  const host = new PretendedHost({ files })
  expect(whyMissing(host.kernel.here, HIERARCHY, 'memory').reason).toEndWith(
    '"/sys/fs/cgroup/a" does not hand it down, as it holds processes itself',
  )
  expect(host.effects).toEqual([])
})

test('a threaded cgroup, which cannot say what processes it holds, is asked', () => {
  const host = new PretendedHost({
    files: { ...OFFERED, '/sys/fs/cgroup/a/cgroup.type': 'threaded', '/sys/fs/cgroup/a/cgroup.procs': '' },
    forbids: (call, path) => (call === 'read' && path.endsWith('cgroup.procs') ? 'EOPNOTSUPP' : undefined),
    refuses: () => 'EOPNOTSUPP',
  })
  expect(whyMissing(host.kernel.here, HIERARCHY, 'memory').reason).toEndWith('threaded cgroup')
})

test('everything hands it down, so the kernel has no such file', () => {
  const files = {
    ...OFFERED,
    '/sys/fs/cgroup/a/cgroup.subtree_control': 'memory',
    '/sys/fs/cgroup/a/b/cgroup.subtree_control': 'memory',
  }
  expect(why(files)).toBe('the kernel has no such file for the controller "memory"')
})

test('an error that nobody expects is not explained away', () => {
  expect(() => why(OFFERED, 'EIO')).toThrow('EIO')
})

test('what would enable it is said where that is known', () => {
  const hint = (files: Readonly<Record<string, string>>, errno?: Errno) =>
    whyMissing(new PretendedHost({ files, refuses: () => errno }).kernel.here, HIERARCHY, 'memory').hint
  const enable = 'echo +memory > /sys/fs/cgroup/a/cgroup.subtree_control'
  expect(hint({ '/sys/fs/cgroup/cgroup.controllers': 'cpu' })).toContain('"cgroup_enable=memory"')
  expect(hint(OFFERED, 'EACCES')).toContain('"Delegate=memory"')
  expect(hint(OFFERED, 'EACCES')).toEndWith(enable)
  const busy = { ...OFFERED, '/sys/fs/cgroup/a/cgroup.type': 'domain', '/sys/fs/cgroup/a/cgroup.procs': '17' }
  expect(hint(busy)).toBe(`move them into a cgroup below it, then enable it with: ${enable}`)
  expect(hint(OFFERED, 'EOPNOTSUPP')).toBeUndefined()
})
