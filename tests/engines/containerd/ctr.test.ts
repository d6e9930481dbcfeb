// `ctr`: containers of containerd's shim for runc with the binary of its option --runc-binary.
import { expect } from 'bun:test'
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readCgroup } from '#tests/support/cgroup-files.ts'
import { eventually } from '#tests/support/eventually.ts'

import { comparable, INVENTORY } from '../inventory.ts'
import { slots } from '../slots.ts'
import { commandOf } from '../traces.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { containerdSuite } from './suite.ts'

/** Two clients that remap the same image for a user namespace at the same time get into each other's way. */
const oneByOne = slots(1)

const PRIVILEGES = 'grep -E "^(Cap|NoNewPrivs|Seccomp)" /proc/self/status'

/** What is asked for, what runs, and what must come of it. */
const ROWS: readonly {
  readonly name: string
  readonly flags: readonly string[]
  readonly command: string | readonly string[]
  readonly code?: number
  readonly says?: RegExp
  readonly complains?: RegExp
}[] = [
  {
    name: 'run gives stdout and stderr back, apart',
    flags: [],
    command: 'echo out; echo err >&2',
    says: /^out\n$/,
    complains: /^err\n$/,
  },
  { name: 'run gives the exit code back', flags: [], command: 'exit 7', code: 7 },
  {
    name: 'run has the environment and the directory of the image',
    flags: ['--env', 'A=b'],
    command: 'echo $COLOUR $A; pwd',
    says: /^blue b\n\/srv\n$/,
  },
  { name: 'run --cwd starts in another directory', flags: ['--cwd', '/etc'], command: 'pwd', says: /^\/etc\n$/ },
  {
    name: 'run --read-only refuses to write',
    flags: ['--read-only'],
    command: 'touch /file',
    code: 1,
    complains: /Read-only/,
  },
  {
    name: 'run --cap-drop and --cap-add change the sets',
    flags: ['--cap-drop', 'CAP_CHOWN', '--cap-add', 'CAP_SYS_TIME'],
    command: PRIVILEGES,
    says: /CapEff:\t0000000\w{8}[a-f02468]\n/,
  },
  {
    name: 'run --seccomp installs the default filter',
    flags: ['--seccomp'],
    command: `${PRIVILEGES}; unshare -U true`,
    code: 1,
    says: /Seccomp:\t2/,
  },
  {
    name: 'run --allow-new-privs leaves the flag out',
    flags: ['--allow-new-privs'],
    command: PRIVILEGES,
    says: /NoNewPrivs:\t0/,
  },
  {
    name: 'run --net-host is in the network of the host',
    flags: ['--net-host'],
    command: 'wc -l < /proc/net/dev; ls /etc/resolv.conf',
    says: /\d/,
  },
  {
    name: 'run --no-pivot gets its root without pivot_root',
    flags: ['--no-pivot'],
    command: 'ls /; awk \'$5 == "/" { print $4, $5, $6 }\' /proc/self/mountinfo',
    says: /bin/,
  },
  {
    name: 'run --device gives a device',
    flags: ['--device', '/dev/kmsg'],
    command: 'stat -c "%F %a %t:%T" /dev/kmsg',
    says: /character special file \d+ 1:b/,
  },
  {
    name: 'run --rootfs-propagation shares mounts',
    flags: ['--rootfs-propagation', 'rslave'],
    command: 'awk \'$5 == "/" { print $6, $7 }\' /proc/self/mountinfo | sed s/:.*//',
    says: /rw,relatime/,
  },
  {
    name: 'run of a command that is missing fails',
    flags: [],
    command: ['no-such-command'],
    code: 1,
    complains: /executable file not found/,
  },
  {
    name: 'run of a file that is not executable fails',
    flags: [],
    command: ['/bin/not-executable'],
    code: 1,
    complains: /permission denied/,
  },
]

containerdSuite('ctr', (suite) => {
  for (const row of ROWS) {
    suite.same(row.name, async (side) => {
      const outcome = await side.run(row.flags, row.command)
      expect(outcome.code).toBe(row.code ?? 0)
      expect(outcome.stdout).toMatch(row.says ?? /^/)
      expect(outcome.stderr).toMatch(row.complains ?? /^/)
    })
  }

  for (const [name, flags] of [
    ['without flags', []],
    ['with limits', ['--memory-limit', '67108864', '--cpus', '0.5', '--cpu-shares', '300']],
    ['with a filter, read-only, in the network of the host', ['--seccomp', '--read-only', '--net-host']],
    ['without pivot_root', ['--no-pivot']],
    ['in a user namespace', ['--uidmap', '0:100000:65536', '--gidmap', '0:100000:65536']],
  ] as const) {
    suite.same(`a container ${name} is the same inside`, async (side) => {
      const inventory = comparable(await oneByOne(() => side.shell([...flags], INVENTORY)))
      expect(inventory).toContain('\n== attempts\n')
      side.record('inventory', inventory)
    })
  }

  suite.same('run --mount binds a directory', async (side) => {
    mkdirSync(join(side.dir, 'data'))
    writeFileSync(join(side.dir, 'data/file'), 'content\n')
    const mount = `type=bind,src=${side.dir}/data,dst=/data,options=rbind:ro`
    const outcome = await side.run(['--mount', mount], 'cat /data/file; touch /data/new')
    expect(outcome).toMatchObject({ code: 1, stdout: 'content\n' })
  })

  suite.same('run --tty has a terminal of the client’s size', async (side) => {
    const args = [
      'run',
      '--rm',
      '--tty',
      ...side.flags([]),
      IMAGE,
      side.id(),
      'sh',
      '-c',
      'until stty size 2> /dev/null | grep -q .; do sleep 0.02; done; tty; stty size; exit 4',
    ]
    await using session = side.terminal(args, [99, 31])
    expect(await session.end()).toBe(4)
    expect(session.shown).toMatch(/\/dev\/pts\/0\r+\n31 99/)
    side.record('screen', session.shown)
  })

  suite.same('run --pid-file writes the number of process 1', async (side) => {
    const file = join(side.dir, 'pid')
    const id = await side.up(['--pid-file', file])
    const command = () => commandOf(Number(readFileSync(file, 'utf8')))
    await eventually('the process of the container', () => command().includes('trap'))
    await side.ok(['tasks', 'kill', '--signal', 'SIGKILL', id])
  })

  suite.same('a task is listed, signalled, and its exit code kept', async (side) => {
    const id = await side.up([], `trap "exit 21" TERM; ${FOREVER.slice(FOREVER.indexOf('while'))}`)
    await side.waitFor(id, 'RUNNING')
    side.record('status', await side.statusOf(id))
    await Bun.sleep(200)
    await side.ok(['tasks', 'kill', id])
    await side.waitFor(id, 'STOPPED')
    const outcome = await side.ctr(['tasks', 'rm', id])
    expect(outcome.stderr).toContain('21')
    await side.ok(['containers', 'rm', id])
  })

  suite.same('kill --all ends every process of a task', async (side) => {
    const id = await side.up([], 'sleep 1000 & sleep 1000 & wait')
    await side.ok(['tasks', 'kill', '--all', '--signal', 'SIGKILL', id])
    await side.waitFor(id, 'STOPPED')
    await side.ctr(['tasks', 'rm', id])
  })

  suite.same('exec runs further processes, with their exit codes', async (side) => {
    const id = await side.up()
    expect(await side.exec(id, 'echo out; echo err >&2; exit 9')).toMatchObject({
      code: 9,
      stdout: 'out\n',
    })
    expect((await side.exec(id, 'pwd; id -u', ['--cwd', '/etc', '--user', '1001'])).stdout).toBe('/etc\n1001\n')
    const inventory = await side.exec(
      id,
      'sed -n "/^Cap/p;/^Seccomp/p;/^NoNew/p" /proc/self/status; cut -d: -f3 /proc/self/cgroup | sort -u',
    )
    expect(inventory.stdout).toContain('NoNewPrivs:\t1')
    expect((await side.ctr(['tasks', 'exec', '--exec-id', 'missing', id, 'no-such-command'])).code).not.toBe(0)
  })

  suite.same('exec --tty has a terminal of its own', async (side) => {
    const id = await side.up()
    await using session = side.terminal([
      'tasks',
      'exec',
      '--tty',
      '--exec-id',
      'tty',
      id,
      'sh',
      '-c',
      'until stty size 2> /dev/null | grep -q .; do sleep 0.02; done; tty; exit 6',
    ])
    expect(await session.end()).toBe(6)
    side.record('screen', session.shown)
    expect(session.shown).toContain('/dev/pts/0')
  })

  suite.same('a task is paused and resumed', async (side) => {
    const id = await side.up()
    await side.ok(['tasks', 'pause', id])
    expect(await side.statusOf(id)).toBe('PAUSED')
    await side.ok(['tasks', 'resume', id])
    expect(await side.statusOf(id)).toBe('RUNNING')
    await side.exec(id, 'echo awake')
  })

  suite.same('ps and metrics know the processes of a task', async (side) => {
    const id = await side.up(['--memory-limit', '67108864'], 'sleep 1000 & exec sleep 1000')
    const count = async () => (await side.daemon.ok(['tasks', 'ps', id])).split('\n').length - 1
    await side.waitFor(id, 'RUNNING')
    side.record('processes', await count())
    expect(await side.daemon.ok(['tasks', 'metrics', '--format', 'json', id])).toMatch(/memory/)
  })

  suite.same('run --memory-limit and --cpus stand in the cgroup', async (side) => {
    const id = await side.up(['--memory-limit', '67108864', '--cpus', '0.5', '--cpu-shares', '300'])
    const pid = await side.pidOf(id)
    const memory = readCgroup(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')
    expect(memory).toBe('67108864')
    side.record('weight', readCgroup(pid, 'cpu', 'cpu.shares', 'cpu.weight'))
    side.record('quota', readCgroup(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max'))
  })

  suite.same('run --with-ns joins a namespace', async (side) => {
    const first = await side.up()
    const pid = await side.pidOf(first)
    const link = await side.shell(['--with-ns', `uts:/proc/${pid}/ns/uts`], 'readlink /proc/self/ns/uts', 'guest')
    expect(link).toBe(readlinkSync(`/proc/${pid}/ns/uts`))
  })

  suite.same('a container whose task was removed can be started again', async (side) => {
    const id = side.id()
    const script = 'echo once more >> /lines; cat /lines'
    await side.ok(['run', ...side.flags([]), IMAGE, id, 'sh', '-c', script])
    await side.waitFor(id, undefined)
    expect((await side.ctr(['tasks', 'start', id])).stdout).toBe('once more\nonce more\n')
  })

  suite.alone('the CRI plugin has read the runtime from the documented configuration', async (daemon) => {
    const plugins = await daemon.ok(['plugins', 'ls'])
    expect(plugins).toMatch(/grpc\.v1\s+cri\s+\S+\s+ok/)
  })
})
