// What is around a container when it goes on: mounts and namespaces of the host, its restrictions, another runtime.
import { expect } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { succeeded } from '#tests/support/box.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES, type Spec } from '#tests/support/spec.ts'
import { counted, COUNTING, CRIU, CRUN, goOn, LIMIT, places, save } from './counting.ts'

containerTest(
  'bind mounts, masked paths and joined namespaces are those of the host after a restore',
  async (box) => {
    mkdirSync(box.path('shared'))
    writeFileSync(box.path('file'), 'of the host')
    const other = Bun.spawn(['unshare', '--net', 'sleep', '1000'])
    const mount = (destination: string, source: string) => ({ destination, source, type: 'bind', options: ['rbind'] })
    const spec: Spec = {
      ...COUNTING,
      mounts: [...DEFAULT_MOUNTS, mount('/shared', box.path('shared')), mount('/etc/file', box.path('file'))],
      linux: {
        namespaces: [
          ...DEFAULT_NAMESPACES.filter(({ type }) => type !== 'network'),
          { type: 'network', path: `/proc/${other.pid}/ns/net` },
        ],
        maskedPaths: ['/proc/keys', '/proc/timer_list', '/sys/firmware'],
      },
    }
    try {
      await eventually('another network namespace', () => namespaceOf(other.pid) !== namespaceOf(process.pid))
      await box.running(spec)
      await save(box)
      const pid = await goOn(box)
      expect(namespaceOf(pid)).toBe(namespaceOf(other.pid))
      expect(await box.execShell('cat /etc/file; echo x > /shared/made; wc -c < /proc/keys; ls /sys/firmware')).toBe(
        'of the host0\n',
      )
      expect(readFileSync(box.path('shared', 'made'), 'utf8')).toBe('x\n')
    } finally {
      other.kill('SIGKILL')
      await other.exited
    }
  },
  CRIU,
  CRUN,
)

function namespaceOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/ns/net`)
}

const peers = runtimes.filter(({ name }) => name !== 'crun')

containerTest(
  'what bunc has saved runc restores, and the other way round',
  async (box) => {
    const other = peers.find(({ name }) => name !== box.runtime.name)
    mkdirSync(box.path('shared'))
    const mount = { destination: '/shared', source: box.path('shared'), type: 'bind', options: ['rbind'] }
    await box.running({ ...COUNTING, mounts: [...DEFAULT_MOUNTS, mount] })
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box)
    const saved = counted(box)
    const command = [...(other?.argv ?? []), '--root', box.path('other')]
    try {
      const restore = ['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name]
      succeeded(await box.program([...command, ...restore], LIMIT))
      await eventually('the count to go on', () => counted(box) > saved)
      succeeded(await box.program([...command, 'exec', box.name, 'sh', '-c', 'echo > /shared/file'], LIMIT))
      expect(existsSync(box.path('shared', 'file'))).toBe(true)
    } finally {
      await box.program([...command, 'delete', '--force', box.name], LIMIT)
    }
  },
  CRIU,
  CRUN,
  only(peers.length === 2, 'both bunc and runc'),
)

containerTest(
  'a container in a user namespace goes on in another one, with the same ids',
  async (box) => {
    chmodSync(join(box.rootfs, 'tmp'), 0o777)
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
    await box.running({
      ...COUNTING,
      linux: {
        namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
        uidMappings: mappings,
        gidMappings: mappings,
      },
    })
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box)
    const saved = counted(box)
    await goOn(box)
    await eventually('the count to go on', () => counted(box) > saved)
    expect(statSync(join(box.rootfs, 'tmp', 'count')).uid).toBe(100_000)
    expect(await box.execShell('id -u; echo > /dev/null && echo device')).toBe('0\ndevice\n')
  },
  CRIU,
  CRUN,
  lacks('runc', 'makes directories for images that the root of a user namespace cannot reach'),
)

/** Tells what a process may do and what it sees, into a file of the host. */
const TELL = [
  '{ cat /scratch/file; touch /file 2>/dev/null || echo read-only; mkdir /scratch/new 2>/dev/null || echo refused',
  "grep -E '^(Cap|Seccomp|NoNewPrivs|Groups|Uid)' /proc/self/status; ulimit -n; hostname; cat /proc/self/cgroup",
  "cut -d ' ' -f 4- /proc/self/mountinfo | sed 's/ - .*//; s/ [a-z]*:[0-9]*//g' | cut -d ' ' -f 2,3 | sort; echo end; } > /told/all",
].join('; ')

containerTest(
  'everything that a config restricts is restricted after a restore',
  async (box) => {
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
    }
    const namespaces = [...DEFAULT_NAMESPACES, { type: 'cgroup' }]
    const mounts = [
      ...DEFAULT_MOUNTS,
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] },
      { destination: '/scratch', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] },
    ]
    const script = `exec </dev/null >/dev/null 2>&1; echo kept > /scratch/file; ${TELL}; while ! test -e /scratch/go; do sleep 0.1; done; ${TELL}; exec sleep 1000`
    const fixed = { destination: '/fixed', source: box.path('told'), type: 'bind', options: ['rbind', 'ro', 'nosuid'] }
    const shared = { destination: '/told', source: box.path('told'), type: 'bind', options: ['rbind'] }
    mkdirSync(box.path('told'))
    await box.running({
      process: { args: ['sh', '-c', script] },
      root: { readonly: true },
      mounts: [...mounts, shared, fixed],
      linux: { seccomp, namespaces },
    })
    const file = box.path('told', 'all')
    await eventually('the first report', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('end\n'))
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, '')
    await save(box)
    await goOn(box)
    await box.execShell('touch /scratch/go')
    await eventually('the second report', () => readFileSync(file, 'utf8').endsWith('end\n'))
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(before).toMatch(/^kept\nread-only\nrefused\n/)
  },
  CRIU,
  CRUN,
  lacks('runc', 'a read-only root can be written to after a restore'),
)
