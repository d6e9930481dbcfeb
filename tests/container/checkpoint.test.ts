// `checkpoint` and `restore`: a container that is saved to files, and goes on from them. criu must work on the host for
// that, which it does on few: tests/vm runs this file in a machine where it does.
import { expect } from 'bun:test'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { containerTest, lacks, needing, only } from '#tests/support/container-test.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { type Box, succeeded } from '#tests/support/box.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES, type Spec } from '#tests/support/spec.ts'

const CRIU = needing('criu')
const CRUN = lacks('crun', 'needs libcriu.so.2, which Debian does not install with it')

/** criu is slow where the machine is. */
const LIMIT = { limit: 60_000 }

/** Counts in memory, and tells how far it has come. Nothing of the host's is open: criu could not save that. */
const COUNT = 'exec </dev/null >/dev/null 2>&1; i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.05; done'
const COUNTING = { process: { args: ['sh', '-c', COUNT] } }

function counted(box: Box): number {
  const file = `${box.rootfs}/tmp/count`
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

function places(box: Box): string[] {
  return ['--image-path', box.path('image'), '--work-path', box.path('work')]
}

function save(box: Box, ...flags: readonly string[]): Promise<string> {
  return box.ok(['checkpoint', ...places(box), ...flags, box.name], LIMIT)
}

/** Restores in the background, gives the pid. */
async function goOn(box: Box, ...flags: readonly string[]): Promise<number> {
  const pidFile = box.path('restored.pid')
  await box.ok(
    ['restore', '--detach', '--pid-file', pidFile, '--bundle', box.bundleDir, ...places(box), ...flags, box.name],
    LIMIT,
  )
  return Number(readFileSync(pidFile, 'utf8'))
}

containerTest(
  'a container that counts goes on counting after a restore',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box)
    const saved = counted(box)
    expect(box.stateIds()).toEqual([])
    await Bun.sleep(200)
    expect(counted(box)).toBe(saved)
    const pid = await goOn(box)
    await eventually('the count to go on', () => counted(box) > saved)
    expect(counted(box)).toBeLessThan(saved + 1000)
    expect(await box.state()).toMatchObject({ status: 'running', pid })
    expect((await box.exec(['sh', '-c', 'cat /proc/1/comm; exit 3'])).code).toBe(3)
    await box.ok(['kill', box.name, 'KILL'])
    await box.reaches('stopped')
    await box.ok(['delete', box.name])
  },
  CRIU,
  CRUN,
)

containerTest(
  'a container that is left running runs on',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box, '--leave-running')
    const saved = counted(box)
    expect((await box.state()).status).toBe('running')
    await eventually('the count to go on', () => counted(box) > saved)
  },
  CRIU,
  CRUN,
)

containerTest(
  'a container that has not been started cannot be checkpointed',
  async (box) => {
    await box.create(COUNTING)
    assertRefused(await box.call(['checkpoint', ...places(box), box.name]), /cannot be checkpointed in created state/i)
    expect((await box.state()).status).toBe('created')
  },
  CRIU,
  CRUN,
)

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

containerTest(
  'limits, hooks and the exit code are there after a restore in the foreground',
  async (box) => {
    const hook = { path: '/bin/sh', args: ['sh', '-c', `cat >> ${box.path('hooked')}; echo >> ${box.path('hooked')}`] }
    const script = 'exec </dev/null >/dev/null 2>&1; while ! test -e /tmp/go; do sleep 0.05; done; exit 7'
    await box.running({
      process: { args: ['sh', '-c', script] },
      hooks: { createRuntime: [hook], poststop: [hook] },
      linux: { resources: { memory: { limit: 64 << 20 }, devices: [{ allow: false, access: 'rwm' }] } },
    })
    await save(box)
    const { done } = box.spawn(['restore', '--bundle', box.bundleDir, ...places(box), box.name], LIMIT)
    await eventually('the container to be back', () => box.stateIds().length > 0, 60_000)
    await eventually('its state', async () => (await box.call(['state', box.name])).code === 0, 60_000)
    const { pid } = await box.state()
    expect(limitOf(pid)).toBe(String(64 << 20))
    writeFileSync(`${box.rootfs}/tmp/go`, '')
    expect((await done).code).toBe(7)
    expect(box.stateIds()).toEqual([])
    const states = readFileSync(box.path('hooked'), 'utf8').trim().split('\n')
    expect(states.map((state) => JSON.parse(state).status)).toEqual(['creating', 'stopped', 'creating', 'stopped'])
  },
  CRIU,
  CRUN,
)

function limitOf(pid: number): string {
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? ''
  return readFileSync(`/sys/fs/cgroup${path}/memory.max`, 'utf8').trim()
}

containerTest(
  'a pipe to the outside becomes what restore is started with',
  async (box) => {
    const script = 'exec </dev/null 2>/dev/null; while :; do echo tick; sleep 0.1; done'
    box.configure({ process: { args: ['sh', '-c', script] } })
    const run = [...box.runtime.argv, '--root', box.root, 'run', '--detach', '--bundle', box.bundleDir, box.name]
    const reader = Bun.spawn(['sh', '-c', '"$@" </dev/null 2>/dev/null | cat > "$OUT"', 'sh', ...run], {
      env: { ...process.env, OUT: box.path('first') },
    })
    await eventually(
      'output',
      () => existsSync(box.path('first')) && readFileSync(box.path('first')).length > 0,
      LIMIT.limit,
    )
    await save(box)
    await reader.exited
    const saved: unknown = JSON.parse(readFileSync(box.path('image', 'descriptors.json'), 'utf8'))
    expect(saved).toMatchObject([expect.any(String), expect.stringMatching(/^pipe:\[\d+\]$/), expect.any(String)])
    const out = openSync(box.path('second'), 'w')
    const go = ['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name]
    await box.ok(go, { ...LIMIT, stdout: out })
    closeSync(out)
    await eventually('output that goes on', () => readFileSync(box.path('second'), 'utf8').includes('tick'))
  },
  CRIU,
  CRUN,
)

containerTest(
  'the terminal of a restored container is handed out anew',
  async (box) => {
    using first = new ConsoleSocket(box.dir)
    const script = 'while read word; do echo "<$word>"; done'
    box.configure({ process: { terminal: true, args: ['sh', '-c', script] } })
    await box.ok(['run', '--detach', '--console-socket', first.path, '--bundle', box.bundleDir, box.name])
    const before = await first.terminal()
    before.type('one\n')
    await before.shows(/<one>/)
    await save(box)
    mkdirSync(box.path('again'))
    using second = new ConsoleSocket(box.path('again'))
    await goOn(box, '--console-socket', second.path)
    const after = await second.terminal()
    after.type('two\n')
    await after.shows(/<two>/)
  },
  CRIU,
  CRUN,
)

containerTest(
  'a dump after a pre-dump has the memory that has changed since',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    const before = ['--image-path', box.path('before'), '--work-path', box.path('work')]
    await box.ok(['checkpoint', '--pre-dump', ...before, box.name], LIMIT)
    const early = counted(box)
    await eventually('the count to go on', () => counted(box) > early)
    await save(box, '--parent-path', '../before')
    const saved = counted(box)
    await goOn(box)
    await eventually('the count to go on after the restore', () => counted(box) > saved)
  },
  CRIU,
  CRUN,
)

containerTest(
  'a restore that criu refuses says why in its words and leaves nothing',
  async (box) => {
    box.configure(COUNTING)
    mkdirSync(box.path('image'))
    // runc looks for it first.
    writeFileSync(box.path('image', 'descriptors.json'), '["","",""]')
    const refused = await box.call(['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name], LIMIT)
    assertRefused(refused, box.runtime.name === 'bunc' ? /criu failed to restore: Error .*empty-image/ : /criu failed/)
    await box.assertClean()
  },
  CRIU,
  CRUN,
)

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
      succeeded(await box.program([...command, 'exec', box.name, 'sh', '-c', 'echo > /shared/file']))
      expect(existsSync(box.path('shared', 'file'))).toBe(true)
    } finally {
      await box.program([...command, 'delete', '--force', box.name])
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
    const shared = { destination: '/told', source: box.path('told'), type: 'bind', options: ['rbind'] }
    mkdirSync(box.path('told'))
    await box.running({
      process: { args: ['sh', '-c', script] },
      root: { readonly: true },
      mounts: [...mounts, shared],
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
)
