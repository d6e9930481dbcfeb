// The way of a task into its namespaces, as calls of the task and of bunc, in their order.

import { describe, expect, test } from 'bun:test'

import type { LinuxNamespace, NamespaceType } from '#src/config/schema/namespaces.ts'
import { enterCgroupNamespace, enterNamespaces, openJoins, type Way } from '#src/namespaces/enter.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { recording, type Script } from '../recording.ts'

const made = (...types: NamespaceType[]): LinuxNamespace[] => types.map((type) => ({ type, path: '' }))
const MAPS = {
  uids: [
    { containerID: 0, hostID: 100_000, size: 65_536 },
    { containerID: 70_000, hostID: 5, size: 1 },
  ],
  gids: [{ containerID: 0, hostID: 200_000, size: 10 }],
}

function entered(namespaces: readonly LinuxNamespace[], change: Partial<Way> = {}, script: Script = {}): string[] {
  const it = recording({ geteuid: 0, ...script })
  const plan = planNamespaces(namespaces)
  const joins = openJoins(it.kernel.here, plan)
  enterNamespaces(it.kernel, it.task, { plan, joins, maps: MAPS, offsets: {}, ...change })
  enterCgroupNamespace(it.task, plan)
  return it.all()
}

const BECOME_ROOT = ['setgroups([])', 'setresgid(0, 0, 0)', 'setresuid(0, 0, 0)', 'prctl(PR_SET_PDEATHSIG, SIGKILL)']
const of = (where: string, calls: readonly string[]) => calls.map((call) => `${where}: ${call}`)

test('a container that was born into everything only brings up its loopback', () => {
  expect(entered(made('mount', 'pid', 'network'))).toEqual(
    of('task 101', [
      'socket(AF_INET, SOCK_DGRAM)',
      'ioctl(<socket>, SIOCSIFFLAGS, {"lo", UP|RUNNING})',
      'close(<socket>)',
    ]),
  )
})

test('a network that is joined is left as it is', () => {
  expect(entered([{ type: 'network', path: '/run/netns/x' }])).toEqual([
    'here: openat(AT_FDCWD, "/run/netns/x", RDONLY)',
    'task 101: prctl(PR_SET_DUMPABLE, 0)',
    'task 101: setns(</run/netns/x>, NEWNET)',
  ])
})

test('nobody in a namespace that is joined can look into the task (CVE-2016-9962)', () => {
  const calls = entered([
    { type: 'ipc', path: '/i' },
    { type: 'uts', path: '/u' },
  ])
  const first = calls.findIndex((call) => call.includes('setns'))
  expect(calls.slice(0, first).at(-1)).toBe('task 101: prctl(PR_SET_DUMPABLE, 0)')
})

test('a new user namespace is mapped from outside before its task goes on, all ranges at once', () => {
  expect(entered(made('user', 'mount'))).toEqual([
    'task 101: unshare(NEWUSER)',
    'here: geteuid()',
    'here: openat(AT_FDCWD, "/proc/101/gid_map", WRONLY)',
    'here: write(</proc/101/gid_map>, "0 200000 10\\n")',
    'here: close(</proc/101/gid_map>)',
    'here: openat(AT_FDCWD, "/proc/101/uid_map", WRONLY)',
    'here: write(</proc/101/uid_map>, "0 100000 65536\\n70000 5 1\\n")',
    'here: close(</proc/101/uid_map>)',
    ...of('task 101', BECOME_ROOT),
    'task 101: unshare(NEWNS)',
  ])
})

test('a user namespace that is joined comes first, and makes the task its root', () => {
  const calls = entered([
    { type: 'uts', path: '/u' },
    { type: 'user', path: '/user' },
  ]).slice(2)
  expect(calls).toEqual(
    of('task 101', ['prctl(PR_SET_DUMPABLE, 0)', 'setns(</user>, NEWUSER)', ...BECOME_ROOT, 'setns(</u>, NEWUTS)']),
  )
})

test('clocks are set between the unsharing and the fork, from outside', () => {
  const offsets = { monotonic: { secs: 5, nanosecs: 6 }, boottime: { secs: -1, nanosecs: 0 } }
  expect(entered(made('time'), { offsets })).toEqual([
    'task 101: unshare(NEWTIME)',
    'here: openat(AT_FDCWD, "/proc/101/timens_offsets", WRONLY)',
    'here: write(</proc/101/timens_offsets>, "monotonic 5 6\\nboottime -1 0\\n")',
    'here: close(</proc/101/timens_offsets>)',
    'task 101: fork() = 102',
  ])
})

test('clocks that nobody sets are not written', () => {
  expect(entered(made('time'))).toEqual(['task 101: unshare(NEWTIME)', 'task 101: fork() = 102'])
})

test('the way into a pid namespace ends with a fork, and goes on in the child', () => {
  expect(entered([{ type: 'pid', path: '/p' }, ...made('cgroup')]).slice(-2)).toEqual([
    'task 101: fork() = 102',
    'task 102: unshare(NEWCGROUP)',
  ])
})

describe('an error', () => {
  test('says which namespace could not be opened', () => {
    expect(() => entered([{ type: 'network', path: '/gone' }], {}, { openat: { refused: 'ENOENT' } })).toThrow(
      expect.objectContaining({ actions: ['join the network namespace "/gone"'], errno: 'ENOENT' }),
    )
  })

  test('says which could not be joined', () => {
    expect(() => entered([{ type: 'network', path: '/n' }], {}, { setns: { refused: 'EINVAL' } })).toThrow(
      expect.objectContaining({ actions: ['join the network namespace "/n"'], errno: 'EINVAL' }),
    )
  })

  test('says that ids must be mapped', () => {
    for (const maps of [
      { ...MAPS, uids: [] },
      { ...MAPS, gids: [] },
    ])
      expect(() => entered(made('user'), { maps })).toThrow(
        'a new user namespace needs linux.uidMappings and linux.gidMappings',
      )
  })
})
