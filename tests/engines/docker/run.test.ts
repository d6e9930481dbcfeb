// `docker run`: what a container is given, what comes back from it, and what is left of it.
import { expect } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { runProgram } from '#tests/support/spawn.ts'

import { buncPath } from '../programs.ts'
import { ENTRYPOINT_IMAGE, IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { dockerSuite } from './suite.ts'
import type { RunRow } from './suite.ts'

const ROWS: readonly RunRow[] = [
  { name: 'run gives stdout and stderr back, apart', flags: [], command: 'echo out; echo err >&2', says: /^out\n$/ },
  { name: 'run gives the exit code back', flags: [], command: 'exit 7', code: 7 },
  { name: 'run passes stdin on', flags: ['--interactive'], command: 'tr a-z A-Z', stdin: 'typed\n', says: /^TYPED\n$/ },
  { name: 'run without a terminal has none', flags: [], command: 'tty; ls /dev', says: /not a tty/ },
  {
    name: 'run takes the command, the environment and the directory of the image',
    flags: [],
    image: ENTRYPOINT_IMAGE,
    command: [],
    says: /^entry default\n$/,
  },
  {
    name: 'run gives its arguments to the entrypoint of the image',
    flags: [],
    image: ENTRYPOINT_IMAGE,
    command: ['given'],
    says: /^entry given\n$/,
  },
  {
    name: 'run --entrypoint takes the place of the image’s',
    flags: ['--entrypoint', 'sh'],
    image: ENTRYPOINT_IMAGE,
    command: ['-c', 'echo $COLOUR; pwd'],
    says: /^blue\n\/srv\/deep\n$/,
  },
  {
    name: 'run --env sets, overrides and unsets variables',
    flags: ['--env', 'A=1', '--env', 'A=2', '--env', 'SPACED=a b', '--env', 'EMPTY=', '--env', 'PATH=/bin'],
    command: 'tr "\\0" "\\n" < /proc/1/environ | sort; true',
    says: /^A=2\nEMPTY=\n[^]*^SPACED=a b$/m,
  },
  {
    name: 'run sets HOME from the passwd of the image',
    flags: ['--user', 'alice'],
    command: 'echo $HOME',
    says: /alice/,
  },
  {
    name: 'run --workdir makes a directory that is missing',
    flags: ['--workdir', '/made/for/this'],
    command: 'pwd; stat -c "%a %u %g" . .. /made',
    says: /^\/made\/for\/this\n755 0 0$/m,
  },
  {
    name: 'run --workdir makes the directory for another user',
    flags: ['--workdir', '/home/alice/work', '--user', 'alice'],
    command: 'pwd; stat -c "%a %u %g" .',
    says: /work/,
  },
  {
    name: 'run --hostname sets the name',
    flags: ['--hostname', 'web'],
    command: 'hostname; cat /etc/hostname',
    says: /^web$/m,
  },
  {
    name: 'run --domainname sets the NIS domain name',
    flags: ['--hostname', 'web', '--domainname', 'example.org'],
    command: 'hostname; cat /proc/sys/kernel/domainname',
    says: /^example.org$/m,
  },
  {
    name: 'run --user takes a name',
    flags: ['--user', 'alice'],
    command: 'id',
    says: /uid=1001\(alice\).*29\(audio\),44/,
  },
  { name: 'run --user takes numbers', flags: ['--user', '4242:4343'], command: 'id', says: /uid=4242 gid=4343/ },
  {
    name: 'run --user takes a name and a group',
    flags: ['--user', 'bob:audio'],
    command: 'id',
    says: /gid=29\(audio\)/,
  },
  {
    name: 'run --group-add adds names and numbers',
    flags: ['--user', 'bob', '--group-add', 'audio', '--group-add', '777'],
    command: 'id; grep Groups /proc/self/status',
    says: /777/,
  },
  {
    name: 'run --init has an init as process 1 that reaps',
    flags: ['--init'],
    command: '(sleep 0.05 &) ; sleep 0.2; cat /proc/1/comm; ps -o pid,comm | grep -c sleep',
    code: 1,
    says: /^docker-init|tini\n0$/m,
  },
  {
    name: 'run --init gives back 143 for a process that SIGTERM ended',
    flags: ['--init'],
    command: 'kill -TERM $$',
    code: 143,
  },
  {
    name: 'run --init gives back 137 for a process that was killed',
    flags: ['--init'],
    command: 'kill -9 $$',
    code: 137,
  },
  {
    name: 'run --oom-score-adj sets the score',
    flags: ['--oom-score-adj', '421'],
    command: 'cat /proc/self/oom_score_adj',
    says: /^421$/m,
  },
  {
    name: 'run --add-host and --dns write the files that are mounted',
    flags: ['--add-host', 'peer:10.1.2.3', '--dns', '10.9.9.9', '--network', 'none'],
    command: 'grep peer /etc/hosts; ls -l /etc/resolv.conf | cut -c1-10',
    says: /10\.1\.2\.3\tpeer/,
  },
  {
    name: 'run passes large output on without a loss',
    flags: [],
    command: 'seq 1 20000 | tee /dev/stderr | tail -n 1',
    says: /^20000$/m,
    complains: /^20000$/m,
  },
]

/** The state root that Docker gives the runtime of the container `id`: of one name for all, before Docker 23. */
function rootOf(execRoot: string, id: string): string {
  const roots = readdirSync(execRoot).map((entry) => join(execRoot, entry, 'moby'))
  const root = roots.find((path) => existsSync(join(path, id)))
  if (root === undefined) throw new Error(`Cannot find the state of "${id}" below "${execRoot}"`)
  return root
}

dockerSuite(
  'docker run',
  (suite) => {
    suite.rows(ROWS)

    suite.same('run --rm leaves no container and frees its name', async (side) => {
      const name = side.name()
      await side.run(['--name', name, IMAGE, 'true'])
      await side.run(['--name', name, IMAGE, 'true'])
      expect((await side.docker(['inspect', '--type', 'container', name])).code).toBe(1)
    })

    suite.same('run --detach gives an id, and wait gives the exit code', async (side) => {
      const name = await side.up([], 'echo from the background; exit 9')
      expect(await side.ok(['wait', name])).toBe('9')
      expect(await side.ok(['logs', name])).toBe('from the background')
    })

    suite.same('run --cidfile writes the id', async (side) => {
      const file = join(side.dir, 'cid')
      await side.run(['--cidfile', file, IMAGE, 'true'])
      expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    })

    suite.same('create and start --attach do what run does', async (side) => {
      const name = side.name()
      await side.ok(['create', '--name', name, ...side.flags([IMAGE, 'sh', '-c', 'echo started; exit 3'])])
      const { code, stdout } = await side.docker(['start', '--attach', name])
      expect([code, stdout]).toEqual([3, 'started\n'])
    })

    suite.same('run --sig-proxy sends the client’s signals to process 1', async (side) => {
      const name = side.name()
      const run = side.run([
        '--name',
        name,
        IMAGE,
        'sh',
        '-c',
        'trap "echo got it; exit 12" USR1; echo ready; ' + FOREVER,
      ])
      await side.waitForLog(name, /ready/)
      side.signalClient(name, 'SIGUSR1')
      expect(await run).toMatchObject({ code: 12, stdout: 'ready\ngot it\n' })
    })

    suite.alone('info lists bunc as a runtime, and runc as the default', async (daemon) => {
      const info = await daemon.ok(['info', '--format', '{{json .Runtimes}} {{.DefaultRuntime}}'])
      expect(info).toContain(`"bunc":{"path":"${buncPath}"`)
      expect(info).toMatch(/ runc$/)
    })

    suite.alone('a container of Docker’s is one that bunc itself knows by its state', async (daemon) => {
      const id = await daemon.ok(['run', '--detach', '--runtime', 'bunc', '--network', 'none', IMAGE, 'sleep', '1000'])
      const root = rootOf(daemon.execRoot, id)
      const { stdout } = await runProgram(daemon.dir, [buncPath, '--root', root, 'state', id])
      const pid = Number(await daemon.ok(['inspect', '--format', '{{.State.Pid}}', id]))
      expect(JSON.parse(stdout)).toMatchObject({ id, pid, status: 'running' })
      await daemon.ok(['rm', '--force', id])
      expect(existsSync(join(root, id))).toBe(false)
    })
  },
  { images: [ENTRYPOINT_IMAGE] },
)
