// `docker exec`: a further process in a running container, with its own user, environment, directory and privileges.
import { expect } from 'bun:test'

import { grantsEveryCapability } from '../capabilities.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

const PRIVILEGES = 'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)" /proc/self/status'

/** One `docker exec`: flags of the container, flags and command of the exec, and what must come of it. */
interface ExecRow {
  readonly name: string
  readonly container?: readonly string[]
  readonly flags?: readonly string[]
  readonly command: string | readonly string[]
  readonly stdin?: string
  readonly code?: number
  readonly says?: RegExp
  readonly complains?: RegExp
}

const ROWS: readonly ExecRow[] = [
  {
    name: 'exec gives output and the exit code back',
    command: 'echo out; echo err >&2; exit 7',
    code: 7,
    says: /^out\n$/,
    complains: /^err\n$/,
  },
  { name: 'exec passes stdin on', flags: ['-i'], command: 'tr a-z A-Z', stdin: 'typed\n', says: /^TYPED\n$/ },
  {
    name: 'exec has the environment of the container and its own',
    container: ['-e', 'A=1', '-e', 'B=1'],
    flags: ['-e', 'B=2', '-e', 'C=3'],
    command: 'env | sort',
    says: /A=1\nB=2\nC=3/,
  },
  {
    name: 'exec starts in the directory of the container',
    container: ['-w', '/srv'],
    command: 'pwd',
    says: /^\/srv$/m,
  },
  { name: 'exec -w starts in another', flags: ['-w', '/etc'], command: 'pwd', says: /^\/etc$/m },
  {
    name: 'exec has the user of the container',
    container: ['-u', 'alice', '--group-add', '777'],
    command: `id; echo $HOME; ${PRIVILEGES}`,
    says: /uid=1001.*777/,
  },
  {
    name: 'exec -u runs as another user',
    flags: ['-u', 'bob:audio'],
    command: `id; echo $HOME; ${PRIVILEGES}`,
    says: /uid=1002\(bob\) gid=29/,
  },
  {
    name: 'exec -u takes numbers without a name',
    flags: ['-u', '4242:4343'],
    command: `id; echo $HOME; ${PRIVILEGES}`,
    says: /uid=4242 gid=4343/,
  },
  {
    name: 'exec has the capabilities of the container',
    container: ['--cap-drop', 'ALL', '--cap-add', 'CHOWN'],
    command: PRIVILEGES,
    says: /CapEff:\t0{15}1\n/,
  },
  {
    name: 'exec keeps no_new_privs and the filter',
    container: ['--security-opt', 'no-new-privileges'],
    command: PRIVILEGES,
    says: /NoNewPrivs:\t1\nSeccomp:\t2/,
  },
  {
    name: grantsEveryCapability
      ? 'exec --privileged as a user has the whole bounding set and no filter'
      : 'exec --privileged fails where the host itself lacks a capability',
    flags: ['--privileged', '-u', 'alice'],
    command: PRIVILEGES,
    code: grantsEveryCapability ? 0 : 126,
    says: grantsEveryCapability ? /Uid:\t1001/ : /EPERM|operation not permitted/i,
  },
  {
    name: 'exec has the limits and the score of the container',
    container: ['--ulimit', 'nofile=99:99', '--oom-score-adj', '99'],
    command: 'cat /proc/self/limits /proc/self/oom_score_adj',
    says: /Max open files\s+99\s+99/,
  },
  {
    name: 'exec is in the namespaces and the cgroup of process 1',
    command:
      'for ns in cgroup ipc mnt net pid uts; do [ $(readlink /proc/self/ns/$ns) = $(readlink /proc/1/ns/$ns) ] && echo same $ns; done; cmp /proc/self/cgroup /proc/1/cgroup && echo same cgroup path',
    says: /same uts\nsame cgroup path/,
  },
  {
    name: 'exec has no descriptors but its own three',
    command: 'for fd in /proc/self/fd/*; do echo ${fd##*/}; done; readlink /proc/self/fd/0',
    says: /^0\n1\n2\n(3\n)?\/dev\/null/,
  },
  {
    name: 'exec of a command that is missing gives 126 or 127',
    command: ['no-such-command'],
    code: 126,
    says: /no-such-command/,
  },
  { name: 'exec of a path that is missing', command: ['/no/such/path'], code: 126, says: /\/no\/such\/path/ },
  {
    name: 'exec of a file that is not executable gives 126',
    command: ['/bin/not-executable'],
    code: 126,
    says: /not-executable/,
  },
  { name: 'exec of a directory gives 126', command: ['/etc'], code: 126 },
  { name: 'exec -w of a directory that is missing', flags: ['-w', '/no/such'], command: 'true', code: 126 },
  { name: 'exec -w of a file', flags: ['-w', '/etc/passwd'], command: 'true', code: 126 },
  {
    name: 'exec -u of a user that is missing',
    flags: ['-u', 'nobody-of-that-name'],
    command: 'true',
    code: 126,
    says: /nobody-of-that-name/,
  },
  { name: 'exec gives back 137 for a process that was killed', command: 'kill -9 $$', code: 137 },
  { name: 'exec gives back 143 for a process that SIGTERM ended', command: 'kill -TERM $$', code: 143 },
]

async function playRow(side: Side, row: ExecRow): Promise<void> {
  const name = await side.up(row.container)
  const command = typeof row.command === 'string' ? ['sh', '-c', row.command] : row.command
  const options = row.stdin === undefined ? {} : { stdin: row.stdin }
  const outcome = await side.docker(['exec', ...(row.flags ?? []), name, ...command], options)
  expect(outcome.code).toBe(row.code ?? 0)
  expect(outcome.stdout).toMatch(row.says ?? /^/)
  expect(outcome.stderr).toMatch(row.complains ?? /^/)
}

dockerSuite('docker exec', (suite) => {
  for (const row of ROWS) suite.same(row.name, (side) => playRow(side, row))

  suite.same('exec --detach leaves a process behind that ends with the container', async (side) => {
    const name = await side.up()
    await side.ok(['exec', '--detach', name, 'sh', '-c', 'echo here > /tmp/note; exec sleep 3211'])
    const script = 'while ! grep -qs 3211 /proc/[0-9]*/cmdline; do sleep 0.05; done; cat /tmp/note'
    expect(await side.ok(['exec', name, 'sh', '-c', script])).toBe('here')
    await side.ok(['rm', '--force', name])
  })

  // Not compared: runc's process ends with code 1, bunc says that it cannot be executed.
  suite.same('exec of a file that is no program fails with the reason', async (side) => {
    const name = await side.up()
    const { code, stdout, stderr } = await side.daemon.docker(['exec', name, '/bin/not-a-program'])
    expect(code).not.toBe(0)
    expect(stdout + stderr).toMatch(/exec format error/)
  })

  suite.same('exec in a container that has stopped is refused', async (side) => {
    const name = await side.up([], 'true')
    await side.ok(['wait', name])
    expect((await side.docker(['exec', name, 'true'])).code).toBe(1)
  })

  suite.same('exec in a paused container is refused', async (side) => {
    const name = await side.up()
    await side.ok(['pause', name])
    expect((await side.docker(['exec', name, 'true'])).code).toBe(1)
    await side.ok(['unpause', name])
    await side.ok(['exec', name, 'true'])
  })

  suite.same('ten execs at once all run', async (side) => {
    const name = await side.up()
    const numbers = Array.from({ length: 10 }, (_, index) => `${index}`)
    const results = await Promise.all(numbers.map((number) => side.peek(['exec', name, 'sh', '-c', `echo ${number}`])))
    expect(results).toEqual(numbers)
  })

  suite.same('the end of process 1 ends an exec', async (side) => {
    const name = await side.up()
    const exec = side.docker(['exec', name, 'sh', '-c', 'echo > /tmp/ready; sleep 1000'])
    await side.peek(['exec', name, 'sh', '-c', 'while [ ! -e /tmp/ready ]; do sleep 0.02; done'])
    await side.peek(['kill', '--signal', 'KILL', name])
    expect((await exec).code).toBe(137)
  })

  suite.same('top lists the processes of a container, those of exec among them', async (side) => {
    const name = await side.up([], 'sleep 1000 & exec sleep 2000')
    await side.ok(['exec', '--detach', '-u', 'alice', name, 'sleep', '3000'])
    const { stdout } = await side.daemon.docker(['top', name, '-eo', 'pid,uid,args'])
    side.record(
      'processes',
      stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/).slice(1).join(' '))
        .sort(),
    )
    expect(stdout).toMatch(/1001\s+sleep 3000/)
  })
})
