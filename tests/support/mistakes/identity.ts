// Users, namespaces, limits of a process, and terminals that cannot be had.
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'

import { races } from '#tests/support/container-test.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES, type Spec } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

/** An ordinary user: the number of nobody who is on the host. */
const USER = 54_321

const mapped = (linux: Spec['linux'], more: Spec = {}): Spec => ({
  ...more,
  mounts: DEFAULT_MOUNTS.filter(({ destination }) => destination !== '/dev/pts'),
  linux: {
    namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
    uidMappings: [{ containerID: 0, hostID: 300_000, size: 1000 }],
    gidMappings: [{ containerID: 0, hostID: 300_000, size: 1000 }],
    ...linux,
  },
})

const withNamespace = (type: string, path: string): Spec => ({
  linux: { namespaces: [...DEFAULT_NAMESPACES.filter((one) => one.type !== type), { type, path }] },
})

export const IDENTITY_MISTAKES: readonly Mistake[] = [
  {
    title: 'The user is not mapped',
    provoke: running(mapped({}, { process: { user: { uid: 1000, gid: 0 } } })),
    says: ['process.user.uid: 1000 is not mapped'],
  },
  {
    title: 'The group is not mapped',
    provoke: running(mapped({}, { process: { user: { uid: 0, gid: 1000 } } })),
    says: ['process.user.gid: 1000 is not mapped'],
  },
  {
    title: 'An additional group is not mapped',
    provoke: running(mapped({}, { process: { user: { uid: 0, gid: 0, additionalGids: [5000] } } })),
    says: ['process.user.additionalGids[0]: 5000 is not mapped'],
  },
  {
    title: 'A user namespace has no mappings',
    provoke: running(mapped({ uidMappings: [], gidMappings: [] })),
    says: ['linux.uidMappings: is empty'],
    but: [races('crun', 'takes a range of /etc/subuid, or the whole')],
  },
  {
    title: 'Mappings overlap',
    provoke: running(
      mapped({
        uidMappings: [
          { containerID: 0, hostID: 300_000, size: 1000 },
          { containerID: 5, hostID: 400_000, size: 1000 },
        ],
      }),
    ),
    says: ['linux.uidMappings[1]: overlaps with entry 0'],
  },
  {
    title: 'A namespace to join is not there',
    provoke: running(withNamespace('network', '/run/netns/absent')),
    says: ['the network namespace "/run/netns/absent"', 'no such file or directory', 'linux.namespaces'],
  },
  {
    title: 'A namespace to join is of another type',
    provoke: running(withNamespace('network', `/proc/${process.pid}/ns/uts`)),
    says: ['the network namespace', 'EINVAL', 'one of another type'],
  },
  {
    title: 'A namespace to join is no namespace',
    provoke: running(
      (box) => withNamespace('network', box.path('file')),
      (box) => writeFileSync(box.path('file'), ''),
    ),
    says: ['the network namespace', 'EINVAL', 'no namespace'],
  },
  {
    title: 'The type of a namespace is misspelt',
    provoke: running({ linux: { namespaces: [...DEFAULT_NAMESPACES, { type: 'net' }] } }),
    says: ['linux.namespaces[5].type: "net" is not a namespace type'],
  },
  {
    title: 'A process limit is above what the caller may give',
    provoke: running({ process: { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 2 ** 40, hard: 2 ** 40 }] } }),
    says: ['process.rlimits[0], RLIMIT_NOFILE', 'EPERM', '/proc/sys/fs/nr_open'],
  },
  {
    title: 'A process limit has an unknown name',
    provoke: running({ process: { rlimits: [{ type: 'RLIMIT_FILES', soft: 1, hard: 1 }] } }),
    says: ['process.rlimits[0].type: "RLIMIT_FILES"'],
  },
  {
    title: 'oomScoreAdj is out of range',
    provoke: running({ process: { oomScoreAdj: 5000 } }),
    says: ['process.oomScoreAdj: 5000', 'from -1000 to 1000'],
  },
  {
    title: 'A terminal is asked for, and nobody to give it to is named',
    provoke: (box) => box.create({ process: { terminal: true } }),
    says: ['cannot allocate tty if bunc will detach without setting console socket', '--console-socket'],
  },
  {
    title: 'The socket for the terminal is not there',
    provoke: (box) => {
      box.configure({ process: { terminal: true } })
      return box.call(['create', '--console-socket', box.path('absent'), '--bundle', box.bundleDir, box.name])
    },
    says: ['/absent"', 'no such file or directory', 'must listen'],
  },
  {
    title: 'A socket for a terminal is given, and none is asked for',
    provoke: (box) => {
      box.configure()
      return box.call(['create', '--console-socket', box.path('absent'), '--bundle', box.bundleDir, box.name])
    },
    says: ['cannot use console socket', 'process.terminal'],
  },
  {
    title: 'An ordinary user has a container of root',
    provoke: (box) => {
      box.configure()
      const own = box.path('of-the-user')
      mkdirSync(own)
      chownSync(own, USER, USER)
      const user = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups']
      const run = ['--root', own, 'run', '--bundle', box.bundleDir, box.name]
      return box.program([...user, ...box.runtime.argv, ...run])
    },
    says: ['EPERM', 'a user namespace in linux.namespaces'],
    but: [races('crun', 'is started in a mount namespace that hides hierarchies')],
  },
]
