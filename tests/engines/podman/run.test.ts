// `podman run`, `exec` and `build`: exit codes, streams, and what each flag makes of the container. conmon executes the
// runtime, so this is its command line as well: "create --bundle --pid-file", "exec --process --detach", "--log".
import { expect } from 'bun:test'
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { unifiedCgroups } from '#tests/support/runtime.ts'

import { IMAGE } from './engine.ts'
import { podmanSuite } from './suite.ts'

const CHOWNS_NULL = 'crun gives /dev/null of the host to the root of a user namespace'

/** What cannot be run: the code of `run` and `exec`, and the class that Podman puts behind the runtime's words. */
const FAILURES = [
  { what: 'a command that is missing', command: 'no-such-command', code: 127, says: /command that was not found$/ },
  { what: 'a path that is missing', command: '/no/such/path', code: 127, says: /command that was not found$/ },
  { what: 'a file that is not executable', command: '/bin/not-executable', code: 126, says: /permission denied$/ },
  { what: 'a directory', command: '/etc', code: 126, says: /permission denied$/ },
] as const

/** One `podman run` of a script that has to succeed. */
const ROWS: readonly { name: string; flags: readonly string[]; script: string; says: RegExp }[] = [
  {
    name: 'run --user takes numbers and names of the image',
    flags: ['--user', 'alice'],
    script: 'id',
    says: /^uid=1001\(alice\) gid=1001\(alice\) groups=29\(audio\),44\(video\),1001\(alice\)$/,
  },
  {
    name: 'run --read-only makes the root read-only, and leaves a /tmp',
    flags: ['--read-only'],
    script: 'touch /x 2>&1; touch /tmp/x && echo tmp',
    says: /Read-only file system\ntmp/,
  },
  {
    name: 'run --cap-drop and --cap-add leave the capabilities that are named',
    flags: ['--cap-drop', 'all', '--cap-add', 'chown'],
    script: 'grep Cap /proc/self/status; mknod /null c 1 3 2>&1 || true',
    says: /CapBnd:\t0000000000000001\n[^]*not permitted/,
  },
  {
    name: 'run --security-opt no-new-privileges says so to the kernel',
    flags: ['--security-opt', 'no-new-privileges'],
    script: 'grep -E "NoNewPrivs|^Seccomp:" /proc/self/status',
    says: /NoNewPrivs:\t1\nSeccomp:\t2/,
  },
  {
    name: 'run --env, --workdir and --hostname are seen by the process',
    flags: ['--env', 'COLOUR=blue', '--workdir', '/opt', '--hostname', 'somewhere'],
    script: 'echo $COLOUR; pwd; hostname',
    says: /blue\n\/opt\nsomewhere/,
  },
  {
    name: 'run --tmpfs and --shm-size mount what they say',
    flags: ['--tmpfs', '/srv:size=1m,mode=700', '--shm-size', '2m'],
    script: 'grep -E " /srv | /dev/shm " /proc/mounts; stat -c %a /srv',
    says: /size=1024k[^]*700/,
  },
  {
    name: 'run --device passes a device under another name, for no more than was said',
    flags: ['--device', '/dev/kmsg:/dev/brim:r'],
    script: 'stat -c %t:%T /dev/brim; (echo > /dev/brim) 2>&1 || test ! -e /dev/kmsg',
    says: /^1:b\n.*not permitted$/,
  },
  {
    name: 'run --ulimit sets a limit of the process',
    flags: ['--ulimit', 'nofile=99:100', '--ulimit', 'nproc=1024:1024'],
    script: 'ulimit -n; ulimit -Hn',
    says: /^99\n100$/,
  },
]

const SHARED = ['--pid', 'host', '--uts', 'host']

podmanSuite('podman run', (suite) => {
  suite.same('run gives stdout, stderr and the exit code', async (side) => {
    const outcome = await side.run([IMAGE, 'sh', '-c', 'echo out; echo err >&2; exit 42'])
    expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([42, 'out\n', 'err\n'])
  })

  suite.same('run --interactive reads stdin to its end', async (side) => {
    const outcome = await side.run(['--interactive', IMAGE, 'wc', '-c'], { stdin: 'x'.repeat(70_000) })
    expect(outcome.stdout.trim()).toBe('70000')
  })

  suite.same('run gives 128 and the number of the signal that ended the process', async (side) => {
    expect((await side.run([IMAGE, 'sh', '-c', 'sh -c "kill -9 \\$\\$"; exit $?'])).code).toBe(137)
  })

  suite.same('run --tty gives a terminal', async (side) => {
    // Podman gives the terminal its size when the container runs already.
    const script = 'tty; until stty size 2>/dev/null | grep "24 80"; do sleep 0.02; done'
    await using session = side.terminal(['run', '--rm', '--tty', ...side.flags([]), IMAGE, 'sh', '-c', script])
    expect(await session.end()).toBe(0)
    expect(session.shown).toMatch(/^\/dev\/pts\/0\r\n24 80\r\n/)
  })

  for (const { what, command, code, says } of FAILURES) {
    suite.same(`run and exec of ${what} give ${code}`, async (side) => {
      const run = await side.run([IMAGE, command])
      expect([run.code, run.stderr.trim()]).toEqual([code, expect.stringMatching(says)])
      const name = await side.up()
      const exec = await side.podman(['exec', name, command])
      expect([exec.code, exec.stderr.trim()]).toEqual([code, expect.stringMatching(says)])
    })
  }

  for (const { name, flags, script, says } of ROWS) {
    suite.same(name, async (side) => expect(await side.shell(flags, script)).toMatch(says))
  }

  suite.apart(
    'run --uidmap maps ids',
    async (side) => {
      const shown = await side.shell(['--uidmap', '0:100000:1000'], 'cat /proc/self/uid_map; id -u')
      expect(shown).toMatch(/0 +100000 +1000\n0/)
    },
    CHOWNS_NULL,
  )

  suite.same('run --pid host and --uts host share what is named', async (side) => {
    const script = 'for name in pid uts ipc; do readlink /proc/self/ns/$name; done'
    const links = (await side.peek(['run', '--rm', ...SHARED, ...side.flags([]), IMAGE, 'sh', '-c', script])).split(
      '\n',
    )
    const ours = ['pid', 'uts', 'ipc'].map((name) => readlinkSync(`/proc/self/ns/${name}`))
    expect(links.map((link, at) => link === ours[at])).toEqual([true, true, false])
  })

  suite.same('run --memory, --pids-limit and --cpus stand in the cgroup', async (side) => {
    const v1 = 'memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.shares'
    const files = unifiedCgroups ? 'memory.max pids.max cpu.max cpu.weight' : v1
    const flags = ['--memory', '64m', '--pids-limit', '33', '--cpus', '0.5', '--cpu-shares', '300']
    expect(await side.shell(flags, `cd /sys/fs/cgroup; cat ${files}`)).toMatch(/^67108864\n33\n50000\b/)
  })

  // Podman does not ask this of runc.
  suite.alone('run --cgroups=disabled leaves the process in the cgroup of its caller', async (side) => {
    const cgroup = await side.shell(['--cgroups=disabled'], 'cat /proc/1/cgroup')
    expect(cgroup).toBe(readFileSync('/proc/self/cgroup', 'utf8').trim())
  })

  suite.same('run --volume shows a directory of the host, and writes to it unless it is read-only', async (side) => {
    const dir = join(side.engine.dir, side.name('volume'))
    mkdirSync(dir)
    writeFileSync(join(dir, 'file'), 'from the host\n')
    const mounts = ['--volume', `${dir}:/mnt`, '--volume', `${dir}:/opt:ro`]
    const script = 'cat /mnt/file; touch /mnt/new && echo written; touch /opt/no 2>&1; ls /opt'
    expect(await side.shell(mounts, script)).toMatch(/^from the host\nwritten\n.*Read-only file system\nfile\nnew$/)
  })

  suite.same('exec gives the exit code, and takes user, directory, variables and stdin', async (side) => {
    const name = await side.up()
    const flags = ['--user', 'bob', '--workdir', '/opt', '--env', 'COLOUR=red', '--interactive']
    const script = 'id; pwd; echo $COLOUR; cat; exit 7'
    const outcome = await side.podman(['exec', ...flags, name, 'sh', '-c', script], { stdin: 'typed' })
    expect([outcome.code, outcome.stdout]).toEqual([7, expect.stringMatching(/^uid=1002\(bob\).*\n\/opt\nred\ntyped$/)])
  })

  suite.same('exec --detach returns at once, and the process does its work', async (side) => {
    const name = await side.up()
    await side.peek(['exec', '--detach', name, 'sh', '-c', 'echo done > /tmp/made'])
    await side.peek(['exec', name, 'sh', '-c', 'while [ ! -s /tmp/made ]; do sleep 0.02; done'])
    expect(await side.ok(['exec', name, 'cat', '/tmp/made'])).toBe('done')
  })

  suite.same('exec --preserve-fds passes descriptors on', async (side) => {
    const name = await side.up()
    const file = join(side.engine.dir, side.name('passed'))
    writeFileSync(file, 'through 3\n')
    const podman = ['sh', '-c', 'exec 3< "$0"; exec "$@"', file, ...side.engine.client.argv, '--runtime', side.runtime]
    const outcome = await side.program([...podman, 'exec', '--preserve-fds', '1', name, 'cat', '/proc/self/fd/3'])
    expect([outcome.code, outcome.stdout]).toEqual([0, 'through 3\n'])
  })

  suite.same('build runs its steps, and fails with the one that fails', async (side) => {
    const dir = join(side.engine.dir, side.name('context'))
    mkdirSync(dir)
    const build = (steps: string, tag: string) => {
      writeFileSync(join(dir, 'Containerfile'), `FROM ${IMAGE}\n${steps}\n`)
      const isolation = [
        '--network',
        'none',
        '--isolation',
        'oci',
        '--cgroup-parent',
        `/${side.engine.name}/${tag.split('/')[1]}`,
      ]
      const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']
      return side.engine.podman([
        '--runtime',
        side.runtime,
        'build',
        '--no-cache',
        ...isolation,
        ...limits,
        '--tag',
        tag,
        dir,
      ])
    }
    const image = `localhost/${side.name('image')}`
    const good = await build('RUN echo "made by $(id -un)" > /made\nUSER alice\nRUN id -un > /tmp/id', image)
    expect([good.code, good.stderr]).toEqual([0, expect.anything()])
    expect((await side.run([image, 'cat', '/made', '/tmp/id'])).stdout).toBe('made by root\nalice\n')
    const bad = await build('RUN exit 42', `${image}-bad`)
    expect([bad.code, bad.stderr]).toEqual([expect.any(Number), expect.stringMatching(/exit status 42/)])
    expect(bad.code).not.toBe(0)
    await side.peek(['rmi', image])
  })
})
