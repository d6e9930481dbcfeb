// Podman with the runtime under test, on cgroup v2 with the systemd driver, as root and as a user without privileges.
// Runs inside a machine, started by systemd-docker.test.ts. No network: the machine has none.
import { beforeAll, expect, test } from 'bun:test'
import { call, DRIVER, makeImage, ok, runtimePath } from './program.ts'

const PODMAN = ['podman', '--cgroup-manager', DRIVER, '--runtime', runtimePath()]
const RUN = [...PODMAN, 'run', '--rm', '--network', 'none']
const IMAGE = 'localhost/busybox:latest'
const LIMITS = ['--memory', '64m', '--pids-limit', '50', '--cpus', '0.5']
const READ_LIMITS = 'cd /sys/fs/cgroup && cat memory.max pids.max cpu.max'

/** A login session of the unprivileged user, with the systemd instance that its cgroups come from. */
const AS_USER = [
  ...['setpriv', '--reuid', '1000', '--regid', '1000', '--init-groups', 'env', '-i', '-C', '/home/tester'],
  ...['HOME=/home/tester', 'USER=tester', `PATH=${process.env['PATH']}`, 'XDG_RUNTIME_DIR=/run/user/1000'],
  'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus',
]

/** Where the units of that user are. */
const USERS = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service'

beforeAll(() => {
  makeImage('/tmp/busybox.tar')
  ok(['podman', 'import', '--quiet', '/tmp/busybox.tar', 'busybox'])
  ok(['loginctl', 'enable-linger', 'tester'])
  ok(['systemctl', 'start', 'user@1000.service'])
  ok([...AS_USER, 'podman', 'import', '--quiet', '/tmp/busybox.tar', 'busybox'])
}, 120_000)

test('podman run prints what the container prints and gives its exit code', () => {
  expect(call([...RUN, IMAGE, 'sh', '-c', 'echo hello; exit 42'])).toEqual({ code: 42, output: 'hello' })
})

test('podman run limits memory, processes and CPU time', () => {
  expect(ok([...RUN, ...LIMITS, IMAGE, 'sh', '-c', READ_LIMITS])).toBe('67108864\n50\n50000 100000')
})

test('podman run puts the container into a scope of the machine slice', () => {
  const cgroup = ok([...RUN, '--cgroupns', 'host', IMAGE, 'cat', '/proc/self/cgroup'])
  expect(cgroup).toMatch(/^0::\/machine\.slice\/libpod-[0-9a-f]{64}\.scope(\/|$)/)
})

test('podman run --tty gives the container a terminal', () => {
  expect(ok([...RUN, '--tty', IMAGE, 'tty'])).toBe('/dev/pts/0')
})

test('podman exec, pause, kill and rm do what they say', () => {
  ok([...PODMAN, 'run', '--detach', '--name', 'one', '--network', 'none', IMAGE, 'sleep', '1000'])
  expect(call([...PODMAN, 'exec', 'one', 'sh', '-c', 'echo inside; exit 3'])).toEqual({ code: 3, output: 'inside' })
  ok([...PODMAN, 'pause', 'one'])
  expect(ok([...PODMAN, 'inspect', '--format', '{{.State.Status}}', 'one'])).toBe('paused')
  ok([...PODMAN, 'unpause', 'one'])
  ok([...PODMAN, 'kill', 'one'])
  expect(ok([...PODMAN, 'wait', 'one'])).toBe('137')
  ok([...PODMAN, 'rm', 'one'])
  expect(ok([...PODMAN, 'ps', '--all', '--quiet'])).toBe('')
})

test('podman run without root gives the container root in a user namespace', () => {
  const script = 'id -u; cat /proc/self/uid_map'
  const lines = ok([...AS_USER, ...RUN, IMAGE, 'sh', '-c', script]).split('\n')
  expect(lines.map((line) => line.trim().split(/\s+/))).toEqual([['0'], ['0', '1000', '1'], ['1', '100000', '65536']])
})

test('podman run without root limits memory, processes and CPU time', () => {
  expect(ok([...AS_USER, ...RUN, ...LIMITS, IMAGE, 'sh', '-c', READ_LIMITS])).toBe('67108864\n50\n50000 100000')
})

test('podman without root runs a container in a scope of its own, and leaves nothing of it', () => {
  const podman = [...AS_USER, ...PODMAN]
  ok([...podman, 'run', '--detach', '--name', 'two', ...LIMITS, '--network', 'none', IMAGE, 'sleep', '1000'])
  const id = ok([...podman, 'inspect', '--format', '{{.Id}}', 'two'])
  const scope = ok(['find', `${USERS}`, '-name', `libpod-${id}.scope`])
  expect(scope).toBe(`${USERS}/user.slice/libpod-${id}.scope`)
  expect(call([...podman, 'exec', 'two', 'sh', '-c', 'echo inside; exit 3'])).toEqual({ code: 3, output: 'inside' })
  expect(ok([...podman, 'exec', 'two', 'cat', '/proc/self/cgroup'])).toMatch(/^0::\/(container)?$/)
  ok([...podman, 'update', '--memory', '48m', '--memory-swap', '48m', 'two'])
  expect(ok(['cat', `${scope}/memory.max`])).toBe('50331648')
  ok([...podman, 'pause', 'two'])
  ok([...podman, 'unpause', 'two'])
  ok([...podman, 'stop', '--time', '0', 'two'])
  ok([...podman, 'rm', 'two'])
  expect(call(['test', '-e', scope]).code).toBe(1)
  expect(ok([...podman, 'ps', '--all', '--quiet'])).toBe('')
})
