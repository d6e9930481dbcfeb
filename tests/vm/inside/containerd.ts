// containerd with the runtime under test, on cgroup v2 with the systemd driver, driven by ctr. Runs inside a machine, started
// by systemd-docker.test.ts. The root file system is a directory: no image, no network.
import { afterEach, beforeAll, expect, test } from 'bun:test'
import { call, ok, runtimePath } from './program.ts'

const ROOT = '/root/busybox.root'
const OPTIONS = [
  ...['--runc-binary', runtimePath(), '--runc-systemd-cgroup', '--cgroup', 'a-b.slice:tested:one'],
  // Without an image there is none.
  ...['--env', 'PATH=/bin'],
]
const RUN = ['ctr', 'run', '--rm', ...OPTIONS]
const SCOPE = '/sys/fs/cgroup/a.slice/a-b.slice/tested-one.scope'
const LIMITS = ['--memory-limit', '67108864', '--cpu-quota', '50000', '--cpu-period', '100000']

beforeAll(() => {
  ok(['systemctl', 'start', 'containerd.service'])
  ok(['mkdir', '-p', `${ROOT}/bin`])
  ok(['cp', '/usr/bin/busybox', `${ROOT}/bin/busybox`])
  ok(['/usr/bin/busybox', 'chroot', ROOT, '/bin/busybox', '--install', '-s', '/bin'])
}, 60_000)

afterEach(() => {
  call(['ctr', 'task', 'rm', '--force', 'one'])
  call(['ctr', 'container', 'rm', 'one'])
})

test('ctr run prints what the container prints and gives its exit code', () => {
  const script = 'echo hello; exit 42'
  expect(call([...RUN, '--rootfs', ROOT, 'one', 'sh', '-c', script])).toEqual({ code: 42, output: 'hello' })
  expect(call(['test', '-e', SCOPE]).code).toBe(1)
})

test('a task is in its scope with its limits, is entered, paused, killed and leaves nothing', () => {
  ok(['ctr', 'run', '--detach', ...OPTIONS, ...LIMITS, '--rootfs', ROOT, 'one', 'sleep', '1000'])
  expect(ok(['cat', `${SCOPE}/memory.max`, `${SCOPE}/cpu.max`])).toBe('67108864\n50000 100000')
  ok(['systemctl', 'daemon-reload'])
  expect(ok(['cat', `${SCOPE}/memory.max`, `${SCOPE}/cpu.max`])).toBe('67108864\n50000 100000')
  const exec = ['ctr', 'task', 'exec', '--exec-id', 'e1', 'one', 'sh', '-c', 'echo inside; exit 3']
  expect(call(exec)).toEqual({ code: 3, output: 'inside' })
  ok(['ctr', 'task', 'pause', 'one'])
  expect(ok(['ctr', 'task', 'ls'])).toContain('PAUSED')
  ok(['ctr', 'task', 'resume', 'one'])
  expect(ok(['ctr', 'task', 'metrics', '--format', 'json', 'one'])).toContain('67108864')
  ok(['ctr', 'task', 'kill', '--signal', 'KILL', 'one'])
  for (let tries = 0; tries < 100 && !ok(['ctr', 'task', 'ls']).includes('STOPPED'); tries++) Bun.sleepSync(50)
  ok(['ctr', 'task', 'rm', 'one'])
  expect(call(['test', '-e', SCOPE]).code).toBe(1)
})
