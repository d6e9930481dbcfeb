// Docker with the runtime under test, on cgroup v2 with the systemd driver: what a person does with a container, once.
// Runs inside a machine, started by systemd-docker.test.ts. No network: the machine has none.
import { beforeAll, expect, test } from 'bun:test'
import { eventually } from '#tests/support/eventually.ts'
import { call, DRIVER, makeImage, ok, runtimePath } from './program.ts'

const RUN = ['docker', 'run', '--rm', '--network', 'none']
const KEEP = ['docker', 'run', '--detach', '--network', 'none']
const LIMITS = ['--memory', '64m', '--pids-limit', '50', '--cpus', '0.5']

beforeAll(async () => {
  const settings = {
    bridge: 'none',
    iptables: false,
    ip6tables: false,
    'exec-opts': [`native.cgroupdriver=${DRIVER}`],
    runtimes: { tested: { path: runtimePath() } },
    'default-runtime': 'tested',
  }
  await Bun.write('/etc/docker/daemon.json', JSON.stringify(settings))
  makeImage('/tmp/busybox.tar')
  ok(['systemctl', 'start', 'docker.service'])
  ok(['docker', 'import', '/tmp/busybox.tar', 'busybox'])
}, 120_000)

function running(name: string, ...options: string[]): string {
  ok([...KEEP, '--name', name, ...options, 'busybox', 'sleep', '1000'])
  return name
}

function inspect(name: string, format: string): string {
  return ok(['docker', 'inspect', '--format', `{{${format}}}`, name])
}

test('docker uses cgroup v2, the driver that was asked for and the runtime under test', () => {
  const format = '{{.CgroupVersion}} {{.CgroupDriver}} {{.DefaultRuntime}}'
  expect(ok(['docker', 'info', '--format', format])).toBe(`2 ${DRIVER} tested`)
})

test('docker run prints what the container prints', () => {
  expect(ok([...RUN, 'busybox', 'echo', 'hello'])).toBe('hello')
})

test('docker run gives the exit code of the container', () => {
  expect(call([...RUN, 'busybox', 'sh', '-c', 'exit 42'])).toEqual({ code: 42, output: '' })
})

test('docker run gives 127 for a program that does not exist', () => {
  const { code, output } = call([...RUN, 'busybox', '/no/such/program'])
  expect(code).toBe(127)
  expect(output).toContain('no such file or directory')
})

test('docker run --interactive passes its standard input on', () => {
  expect(call([...RUN, '--interactive', 'busybox', 'cat'], 'one line\n').output).toBe('one line')
})

test('docker run --tty gives the container a terminal', () => {
  expect(ok([...RUN, '--tty', 'busybox', 'tty'])).toBe('/dev/pts/0')
})

test('docker run passes user, working directory, environment and host name on', () => {
  const options = ['--user', '1000:1001', '--workdir', '/tmp', '--env', 'GREETING=hello', '--hostname', 'box']
  const script = 'echo $(id -u):$(id -g) $PWD $GREETING $(hostname)'
  expect(ok([...RUN, ...options, 'busybox', 'sh', '-c', script])).toBe('1000:1001 /tmp hello box')
})

test('docker run --read-only --tmpfs makes all but the tmpfs unwritable', () => {
  const script = 'exec 2>&1; echo x >/file; echo x >/scratch/file; cat /scratch/file'
  const output = ok([...RUN, '--read-only', '--tmpfs', '/scratch', 'busybox', 'sh', '-c', script])
  expect(output).toContain('/file: Read-only file system')
  expect(output).toEndWith('\nx')
})

test('docker run bounds capabilities, privileges and system calls', () => {
  const script = 'exec 2>&1; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; unshare -U true; echo $?'
  const options = ['--cap-drop', 'ALL', '--cap-add', 'KILL', '--security-opt', 'no-new-privileges']
  const lines = ok([...RUN, ...options, 'busybox', 'sh', '-c', script]).split('\n')
  expect(lines.slice(0, 3)).toEqual(['CapEff:\t0000000000000020', 'NoNewPrivs:\t1', 'Seccomp:\t2'])
  expect(lines.at(-1)).toBe('1')
})

test('docker run limits memory, processes and CPU time', () => {
  const script = 'cd /sys/fs/cgroup && cat memory.max pids.max cpu.max'
  expect(ok([...RUN, ...LIMITS, 'busybox', 'sh', '-c', script])).toBe('67108864\n50\n50000 100000')
})

test('docker run puts the container into a scope of the system slice', () => {
  const cgroup = ok([...RUN, '--cgroupns', 'host', 'busybox', 'cat', '/proc/self/cgroup'])
  expect(cgroup).toMatch(/^0::\/system\.slice\/docker-[0-9a-f]{64}\.scope(\/|$)/)
})

test('a container that takes more memory than its limit is killed, and Docker knows why', async () => {
  // Docker learns it from an event of the cgroup, which it misses before the start and after the end of the container:
  // so the container takes its memory when it is told to, and ends when it is told to.
  const when = (file: string) => `until [ -e ${file} ]; do sleep 1; done`
  const hungry = `${when('/eat')}; tail -c 200m /dev/zero; code=$?; ${when('/end')}; exit $code`
  const limits = ['--memory', '32m', '--memory-swap', '32m']
  ok([...KEEP, '--name', 'hungry', ...limits, 'busybox', 'sh', '-c', hungry])
  ok(['docker', 'exec', 'hungry', 'touch', '/eat'])
  await eventually('OOMKilled', () => inspect('hungry', '.State.OOMKilled') === 'true', 30_000)
  ok(['docker', 'exec', 'hungry', 'touch', '/end'])
  expect(ok(['docker', 'wait', 'hungry'])).toBe('137')
  expect(inspect('hungry', '.State.OOMKilled')).toBe('true')
})

test('docker exec runs a program in the container and gives its output and exit code', () => {
  const name = running('executed', '--env', 'GREETING=hello')
  expect(call(['docker', 'exec', name, 'sh', '-c', 'echo $GREETING; exit 3'])).toEqual({ code: 3, output: 'hello' })
  expect(ok(['docker', 'exec', '--user', '1000', name, 'id', '-u'])).toBe('1000')
  expect(ok(['docker', 'exec', '--tty', name, 'tty'])).toBe('/dev/pts/0')
})

test('docker top lists the processes of the container', () => {
  expect(ok(['docker', 'top', running('listed'), '-o', 'pid,args'])).toContain('sleep 1000')
})

test('docker stats shows the limit and the processes of the container', () => {
  const format = '{{.MemUsage}} {{.PIDs}}'
  expect(ok(['docker', 'stats', '--no-stream', '--format', format, running('counted', ...LIMITS)])).toMatch(
    /^[\d.]+[KM]iB \/ 64MiB 1$/,
  )
})

test('docker update changes the limits of a running container', () => {
  const name = running('updated', ...LIMITS)
  ok(['docker', 'update', '--memory', '48m', '--memory-swap', '48m', '--pids-limit', '20', name])
  expect(ok(['docker', 'exec', name, 'cat', '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/pids.max'])).toBe(
    '50331648\n20',
  )
})

test('docker pause freezes the container until docker unpause', () => {
  const name = running('frozen')
  ok(['docker', 'pause', name])
  expect(inspect(name, '.State.Status')).toBe('paused')
  ok(['docker', 'unpause', name])
  expect(ok(['docker', 'exec', name, 'echo', 'awake'])).toBe('awake')
})

test('docker kill sends the signal that it is given', () => {
  const script = 'trap "exit 7" USR1; echo ready; while :; do sleep 0.1; done'
  ok([...KEEP, '--name', 'trapping', 'busybox', 'sh', '-c', script])
  for (let tries = 0; tries < 100 && ok(['docker', 'logs', 'trapping']) !== 'ready'; tries++) Bun.sleepSync(50)
  ok(['docker', 'kill', '--signal', 'USR1', 'trapping'])
  expect(ok(['docker', 'wait', 'trapping'])).toBe('7')
})

test('docker restart and docker rm --force leave no container and no scope behind', () => {
  const name = running('removed')
  const id = inspect(name, '.Id')
  ok(['docker', 'restart', '--time', '0', name])
  expect(inspect(name, '.State.Status')).toBe('running')
  ok(['docker', 'rm', '--force', name])
  expect(ok(['docker', 'ps', '--all', '--quiet', '--filter', `name=${name}`])).toBe('')
  expect(call(['test', '-e', `/sys/fs/cgroup/system.slice/docker-${id}.scope`]).code).toBe(1)
})

test('a reload of systemd takes neither limits nor devices from a container, nor does it give it others', () => {
  const name = running('reloaded', ...LIMITS, '--device', '/dev/kmsg:/dev/kmsg:r')
  const script = 'cat memory.max pids.max cpu.max; head -c 1 /dev/kmsg | wc -c; (: >/dev/kmsg) 2>&1; echo x >/dev/null'
  const look = () => ok(['docker', 'exec', '--workdir', '/sys/fs/cgroup', name, 'sh', '-c', script])
  const before = look()
  expect(before).toMatch(/^67108864\n50\n50000 100000\n1\n.*Operation not permitted$/)
  ok(['systemctl', 'daemon-reload'])
  expect(look()).toBe(before)
})
