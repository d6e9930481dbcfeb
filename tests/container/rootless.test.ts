// Containers of an ordinary user, who has no privilege at all: a user namespace, devices bound from the host, no cgroups.
// And of a root who is root only in a user namespace, as the one of rootless Podman.
import { afterAll, beforeAll, expect } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Box, succeeded, WAIT } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES, type Spec } from '#tests/support/spec.ts'
import type { Outcome } from '#tests/support/spawn.ts'

/** A user that nobody has: neither a password nor a group of the host's belongs to it. */
const USER = 54_321
const AS_USER = ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups']
const SUBORDINATE = 300_000

/** Copies that every user can reach: the repository may lie in a directory of root's own. */
let programs = ''

beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'bunc-test-programs-'))
  chmodSync(programs, 0o755)
})

afterAll(() => rmSync(programs, { recursive: true, force: true }))

const crunOnHybrid = unifiedCgroups ? [] : [lacks('crun', 'cannot be made to take a hybrid host by a user')]

/** What an ordinary user can ask for: nobody but himself is mapped, and nothing is limited. */
const ALONE = [{ containerID: 0, hostID: USER, size: 1 }]
const ROOTLESS: Spec = {
  mounts: DEFAULT_MOUNTS.filter(({ destination }) => destination !== '/sys').map((mount) => ({
    ...mount,
    ...(mount.options === undefined ? {} : { options: mount.options.filter((option) => option !== 'gid=5') }),
  })),
  linux: {
    cgroupsPath: null,
    resources: null,
    namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
    uidMappings: ALONE,
    gidMappings: ALONE,
    readonlyPaths: ['/proc/sys'],
    maskedPaths: ['/proc/keys', '/proc/timer_list'],
  },
}

/** The spec of a user, with the fields of `change` laid over those of its process and of linux. */
function ofUser(change: Spec = {}): Spec {
  return { ...ROOTLESS, ...change, linux: { ...ROOTLESS.linux, ...change.linux } }
}

function reachable(box: Box): readonly string[] {
  const [path = ''] = box.runtime.argv.slice(-1)
  const copy = join(programs, box.runtime.name)
  execFileSync('cp', ['--no-clobber', path, copy])
  return [...box.runtime.argv.slice(0, -1), copy]
}

/** Runs a command of the runtime as the ordinary user, to whom the whole box belongs; `before` stands before it. */
function asUser(box: Box, args: readonly string[], before: readonly string[] = []): Promise<Outcome> {
  execFileSync('chown', ['--recursive', `${USER}:${USER}`, box.dir])
  const argv = [...before, ...AS_USER, ...reachable(box), '--root', box.root, ...args]
  return box.program(argv, { env: { XDG_RUNTIME_DIR: box.dir, PATH: process.env['PATH'] ?? '' } })
}

async function shell(box: Box, script: string, spec: Spec = {}, before: readonly string[] = []): Promise<string> {
  box.configure(ofUser({ ...spec, process: { ...spec.process, args: ['sh', '-c', script] } }))
  return succeeded(await asUser(box, ['run', '--bundle', box.bundleDir, box.name], before))
}

containerTest(
  'an ordinary user is root in a container of his own',
  async (box) => {
    const out = await shell(box, 'id -u; id -g; cat /proc/self/uid_map /proc/self/setgroups; hostname')
    expect(out.trim().split(/\s+/)).toEqual(['0', '0', '0', String(USER), '1', 'deny', 'bunc-test'])
  },
  ...crunOnHybrid,
)

containerTest(
  'the devices of a container without privileges are those of the host, and work',
  async (box) => {
    const script = 'echo lost > /dev/null; head -c 2 /dev/zero | od -An -tx1; stat -c %t:%T /dev/null; ls /dev/pts'
    expect((await shell(box, script)).split('\n').map((line) => line.trim())).toEqual(['00 00', '1:3', 'ptmx', ''])
  },
  ...crunOnHybrid,
)

containerTest(
  'a container of an ordinary user is created, started, entered, killed and deleted',
  async (box) => {
    box.configure(ofUser({ process: { args: WAIT } }))
    succeeded(await asUser(box, ['run', '--detach', '--bundle', box.bundleDir, box.name]))
    expect(JSON.parse(succeeded(await asUser(box, ['state', box.name])))).toMatchObject({ status: 'running' })
    expect(succeeded(await asUser(box, ['exec', box.name, 'id', '-u'])).trim()).toBe('0')
    succeeded(await asUser(box, ['kill', box.name, 'KILL']))
    for (let tries = 0; tries < 200; tries++) {
      const { status } = JSON.parse(succeeded(await asUser(box, ['state', box.name])))
      if (status === 'stopped') break
      await Bun.sleep(10)
    }
    succeeded(await asUser(box, ['delete', box.name]))
    expect(box.stateIds()).toEqual([])
  },
  ...crunOnHybrid,
)

containerTest(
  'a limit that an ordinary user cannot set is an error, and nothing is left',
  async (box) => {
    box.configure(ofUser({ linux: { resources: { memory: { limit: 1 << 28 } } } }))
    const { code, stderr } = await asUser(box, ['run', '--bundle', box.bundleDir, box.name])
    expect(code).toBe(1)
    // runc does not say which limit.
    expect(stderr).toMatch(box.runtime.name === 'runc' ? /memory|limits/ : /memory/)
    expect(box.stateIds()).toEqual([])
  },
  ...(unifiedCgroups ? [lacks('crun', 'runs the container without the limit')] : crunOnHybrid),
)

/** In a mount namespace where the ordinary user has a name and ids that are his to give away. */
function withSubordinateIds(box: Box): string[] {
  writeFileSync(box.path('passwd'), `${readFileSync('/etc/passwd', 'utf8')}bunc-test:x:${USER}:${USER}::/:/bin/sh\n`)
  writeFileSync(box.path('subids'), `bunc-test:${SUBORDINATE}:65536\n`)
  const script = [
    'mount -t tmpfs none /mnt && mkdir /mnt/etc && cp -a /etc/. /mnt/etc && cd /mnt/etc',
    `cp ${box.path('passwd')} passwd && cp ${box.path('subids')} subuid && cp ${box.path('subids')} subgid`,
    'mount --bind /mnt/etc /etc && cd / && exec "$0" "$@"',
  ]
  return ['unshare', '--mount', 'sh', '-c', script.join(' && ')]
}

const RANGES = [
  { containerID: 0, hostID: USER, size: 1 },
  { containerID: 1, hostID: SUBORDINATE, size: 65_535 },
]
const RANGED: Spec = { linux: { uidMappings: RANGES, gidMappings: RANGES } }

containerTest(
  'ranges of /etc/subuid are mapped by newuidmap, and users of them are users of the container',
  async (box) => {
    const spec = { ...RANGED, process: { user: { uid: 5, gid: 7, additionalGids: [8] } } }
    const out = await shell(box, 'id -u; id -g; id -G; cat /proc/self/gid_map', spec, withSubordinateIds(box))
    expect(out.trim().split(/\s+/).join(' ')).toBe(`5 7 7 8 0 ${USER} 1 1 ${SUBORDINATE} 65535`)
  },
  lacks('runc', 'an older one takes every user without cgroups for one without groups', { until: '1.2' }),
  ...crunOnHybrid,
)

containerTest('a range that /etc/subuid does not grant is refused with what newuidmap says', async (box) => {
  const foreign = [{ containerID: 0, hostID: 1, size: 10 }]
  box.configure(ofUser({ linux: { uidMappings: foreign, gidMappings: foreign } }))
  const args = ['run', '--bundle', box.bundleDir, box.name]
  const { code, stderr } = await asUser(box, args, withSubordinateIds(box))
  expect(code).toBe(1)
  if (box.runtime.name === 'bunc') expect(stderr).toContain('newgidmap: gid range [0-10) -> [1-11) not allowed')
  expect(box.stateIds()).toEqual([])
})

containerTest(
  'root of a user namespace, as of rootless Podman, makes containers without one of their own',
  async (box) => {
    const { uidMappings: _, gidMappings: __, ...linux } = ROOTLESS.linux ?? {}
    const process = { args: ['stat', '-c', '%t:%T', '/dev/null'] }
    box.configure({ ...ROOTLESS, process, linux: { ...linux, namespaces: DEFAULT_NAMESPACES } })
    execFileSync('chown', ['--recursive', `${USER}:${USER}`, box.dir])
    const nested = ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc']
    const argv = [...AS_USER, ...nested, ...reachable(box), '--root', box.root, 'run', '--bundle', box.bundleDir]
    expect(succeeded(await box.program([...argv, box.name], {})).trim()).toBe('1:3')
  },
)
