// `exec`: a further process in a container that runs.
import { expect } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, races } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { crunNotFound, crunUnknown } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_CAPABILITIES } from '#tests/support/spec.ts'
import type { Process } from '#tests/support/spec.ts'

const NAMESPACES = ['ipc', 'mnt', 'net', 'pid', 'uts']

/** Writes `process` where `exec --process` can read it; gives the path. */
function processFile(box: Box, process: Process): string {
  const path = box.path('process.json')
  const env = ['PATH=/bin']
  writeFileSync(path, JSON.stringify({ cwd: '/', env, user: { uid: 0, gid: 0 }, ...process }))
  return path
}

containerTest('exec gives the exit code of its process', async (box) => {
  await box.running()
  expect((await box.exec(['sh', '-c', 'exit 42'])).code).toBe(42)
})

containerTest('exec gives 128 plus the number of the signal that ended its process', async (box) => {
  await box.running()
  expect((await box.exec(['sh', '-c', 'kill -TERM $$'])).code).toBe(143)
})

containerTest('exec keeps standard output and standard error apart', async (box) => {
  await box.running()
  const outcome = await box.exec(['sh', '-c', 'echo out; echo err >&2'])
  expect(outcome).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' })
})

containerTest('exec gives its standard input to the process', async (box) => {
  await box.running()
  expect(await box.ok(['exec', box.name, 'cat'], { stdin: 'typed' })).toBe('typed')
})

containerTest('exec enters every namespace of the container', async (box) => {
  const pid = await box.running()
  const inside = await box.execShell(NAMESPACES.map((name) => `readlink /proc/self/ns/${name}`).join('; '))
  const links = await box.program(['readlink', ...NAMESPACES.map((name) => `/proc/${pid}/ns/${name}`)])
  expect(inside).toBe(links.stdout)
})

containerTest('exec puts its process into the cgroups of the container', async (box) => {
  const pid = await box.running()
  const inside = await box.execShell('sort /proc/self/cgroup')
  expect(inside).toBe((await box.program(['sort', `/proc/${pid}/cgroup`])).stdout)
  expect(inside).toContain(box.name)
})

containerTest('exec sees the root file system of the container', async (box) => {
  await box.running()
  writeFileSync(`${box.rootfs}/etc/motto`, 'inside\n')
  expect(await box.execShell('cat /etc/motto')).toBe('inside\n')
})

containerTest(
  'exec starts with the environment of config.json and adds to it with -e',
  async (box) => {
    const env = ['PATH=/bin', 'KEPT=1', 'CHANGED=old']
    await box.running({ process: { env } })
    const out = await box.execShell('echo $KEPT $CHANGED $ADDED', ['-e', 'CHANGED=new', '-e', 'ADDED=2'])
    expect(out).toBe('1 new 2\n')
  },
  lacks('crun', 'with -e the environment of config.json is dropped'),
)

containerTest(
  'exec --env is the long form of -e',
  async (box) => {
    await box.running()
    expect(await box.execShell('echo $ADDED', ['--env', 'ADDED=1'])).toBe('1\n')
  },
  lacks('crun', 'with -e the environment of config.json is dropped'),
)

containerTest('exec --cwd changes the working directory', async (box) => {
  await box.running()
  expect(await box.execShell('pwd', ['--cwd', '/tmp'])).toBe('/tmp\n')
})

containerTest(
  'exec takes the working directory of config.json without --cwd',
  async (box) => {
    await box.running({ process: { cwd: '/etc' } })
    expect(await box.execShell('pwd')).toBe('/etc\n')
  },
  lacks('crun', 'starts in / without --cwd'),
)

containerTest('exec --user takes a numeric user and group', async (box) => {
  await box.running()
  expect(await box.execShell('id -u; id -g', ['--user', '1000:1001'])).toBe('1000\n1001\n')
})

containerTest(
  'exec --user takes a numeric user alone and keeps group 0',
  async (box) => {
    await box.running()
    expect(await box.execShell('id -u; id -g', ['-u', '1000'])).toBe('1000\n0\n')
  },
  lacks('crun', 'runs as 0:0 (CVE-2026-30892)', { from: '1.19', until: '1.27' }),
)

containerTest(
  'exec takes the user of config.json without --user',
  async (box) => {
    await box.running({ process: { user: { uid: 1000, gid: 1001 } } })
    expect(await box.execShell('id -u; id -g')).toBe('1000\n1001\n')
  },
  lacks('crun', 'runs as 0:0 without --user', { until: '1.21' }),
)

containerTest(
  'exec --additional-gids adds groups',
  async (box) => {
    await box.running()
    const out = await box.execShell('id -G', ['--additional-gids', '27', '--additional-gids', '1234'])
    expect(out.trim().split(' ').sort()).toEqual(['0', '1234', '27'])
  },
  lacks('crun', 'has no --additional-gids'),
)

containerTest('exec --cap adds a capability to those of config.json', async (box) => {
  await box.running()
  const script = 'grep CapEff /proc/self/status | cut -f2'
  expect(parseInt(await box.execShell(script, ['--cap', 'CAP_SYS_ADMIN']), 16) & (1 << 21)).toBe(1 << 21)
  expect(parseInt(await box.execShell(script), 16) & (1 << 21)).toBe(0)
})

containerTest('exec --cap leaves the inheritable set empty', async (box) => {
  await box.running()
  const out = await box.execShell('grep -E "Cap(Inh|Amb)" /proc/self/status', ['--cap', 'CAP_SYS_ADMIN'])
  expect(out).toBe('CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n')
})

containerTest('exec has the capabilities of config.json', async (box) => {
  const pid = await box.running({ process: { capabilities: { bounding: DEFAULT_CAPABILITIES } } })
  const inside = await box.execShell('grep -E "Cap(Eff|Prm|Bnd)" /proc/self/status')
  expect(inside).toBe((await box.program(['grep', '-E', 'Cap(Eff|Prm|Bnd)', `/proc/${pid}/status`])).stdout)
})

containerTest('exec --no-new-privs sets the flag that config.json leaves out', async (box) => {
  await box.running({ process: { noNewPrivileges: false } })
  const script = 'grep NoNewPrivs /proc/self/status | cut -f2'
  expect(await box.execShell(script)).toBe('0\n')
  expect(await box.execShell(script, ['--no-new-privs'])).toBe('1\n')
})

containerTest('exec --process takes everything from the file', async (box) => {
  await box.running()
  const file = processFile(box, {
    args: ['sh', '-c', 'id -u; pwd; echo $WORD'],
    user: { uid: 1000, gid: 1000 },
    cwd: '/tmp',
    env: ['PATH=/bin', 'WORD=from-file'],
  })
  expect(await box.ok(['exec', '--process', file, box.name])).toBe('1000\n/tmp\nfrom-file\n')
})

containerTest('exec --process takes the limits from the file', async (box) => {
  await box.running()
  const rlimits = [{ type: 'RLIMIT_CORE', soft: 1024, hard: 2048 }]
  const file = processFile(box, { args: ['sh', '-c', 'ulimit -Sc; ulimit -Hc'], rlimits })
  expect(await box.ok(['exec', '--process', file, box.name])).toBe('2\n4\n')
})

containerTest(
  'exec --process takes the soft limit of open files from the file',
  async (box) => {
    await box.running()
    const rlimits = [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }]
    const file = processFile(box, { args: ['sh', '-c', 'ulimit -Sn; ulimit -Hn'], rlimits })
    expect(await box.ok(['exec', '--process', file, box.name])).toBe('100\n200\n')
  },
  races('runc', 'its Go runtime sometimes raises the soft limit after it was set'),
)

containerTest(
  'exec --process takes the file mode mask from the file',
  async (box) => {
    await box.running()
    const file = processFile(box, { args: ['sh', '-c', 'umask'], user: { uid: 0, gid: 0, umask: 0o77 } })
    expect(await box.ok(['exec', '--process', file, box.name])).toBe('0077\n')
  },
  lacks('runc', 'takes the mask of the container in place of that of the process'),
)

containerTest('exec --detach returns while its process runs and --pid-file names it on the host', async (box) => {
  await box.running()
  const flags = ['--detach', '--pid-file', box.path('exec.pid')]
  expect((await box.exec(['sleep', '1000'], flags)).code).toBe(0)
  const text = readFileSync(box.path('exec.pid'), 'utf8')
  expect(text).toMatch(/^\d+$/)
  // Between the old program and the new one there is no command line.
  await eventually('its command line', () => readFileSync(`/proc/${text}/cmdline`, 'utf8') === 'sleep\x001000\0')
})

containerTest('exec --detach --process does what containerd asks for', async (box) => {
  await box.running()
  const file = processFile(box, { args: ['sh', '-c', 'echo done > /tmp/done'] })
  const flags = ['exec', '--process', file, '--detach', '--pid-file', box.path('exec.pid'), box.name]
  await box.ok(flags)
  await eventually('the detached process', () => existsSync(`${box.rootfs}/tmp/done`))
})

containerTest('the container outlives its exec and the exec dies with the container', async (box) => {
  const pid = await box.running()
  await box.exec(['true'])
  expect(await box.state()).toMatchObject({ pid, status: 'running' })
  expect((await box.exec(['sleep', '1000'], ['--detach'])).code).toBe(0)
  await box.ok(['delete', '--force', box.name])
  await box.assertNoProcess()
})

containerTest('exec reads the command after -- and leaves its flags alone', async (box) => {
  await box.running()
  expect(await box.ok(['exec', box.name, 'echo', '-e', '--user', '--', 'x'])).toBe('--user -- x\n')
})

containerTest('exec refuses a stopped container', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  const outcome = await box.exec(['true'])
  assertRefused(outcome, /stopped|not running/)
})

containerTest(
  'exec refuses an unknown container as one that does not exist',
  async (box) => {
    assertRefused(await box.exec(['true']), /does not exist/)
  },
  crunUnknown,
)

containerTest(
  'exec refuses a program that is not in PATH, with code 255',
  async (box) => {
    await box.running()
    const outcome = await box.exec(['no-such-program'])
    assertRefused(outcome, /executable file not found in \$PATH/)
    expect(outcome.code).toBe(255)
  },
  crunNotFound,
)

containerTest(
  'exec says "permission denied" of a file that cannot be executed',
  async (box) => {
    await box.running()
    assertRefused(await box.exec(['/etc/passwd']), /permission denied/)
  },
  lacks('crun', 'writes "Permission denied"'),
)

containerTest(
  'exec says "no such file or directory" of a path that is not there',
  async (box) => {
    await box.running()
    assertRefused(await box.exec(['/no/such/program']), /no such file or directory/)
  },
  crunNotFound,
)

containerTest(
  'exec refuses a variable without a name or a value',
  async (box) => {
    await box.running()
    for (const variable of ['WORD', '=value']) {
      const outcome = await box.exec(['true'], ['--env', variable])
      assertRefused(outcome, new RegExp(variable))
      expect(outcome.code).toBe(255)
    }
  },
  lacks('crun', 'takes it'),
)

containerTest('exec refuses a working directory that is not there', async (box) => {
  await box.running()
  const outcome = await box.exec(['pwd'], ['--cwd', '/etc/passwd'])
  expect(outcome.code).not.toBe(0)
  expect(outcome.stdout).toBe('')
})

containerTest(
  'exec after edits to config.json still sees what create read',
  async (box) => {
    await box.running({ process: { env: ['PATH=/bin', 'WORD=first'] } })
    box.configure({ process: { env: ['PATH=/bin', 'WORD=second'] } })
    expect(await box.execShell('echo $WORD')).toBe('first\n')
  },
  lacks('runc', "reads the bundle's config.json again"),
)

containerTest('twenty execs one after the other leave nothing behind', async (box) => {
  const pid = await box.running()
  for (let turn = 0; turn < 20; turn++) expect((await box.exec(['true'])).code).toBe(0)
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  expect(children.length).toBe(1)
})
