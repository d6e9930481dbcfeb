// Docker and Podman that checkpoint containers with the runtime under test, on cgroup v2 with the systemd driver. Runs
// inside a machine, started by checkpoint.test.ts. No network: the machine has none.
import { beforeAll, expect, test } from 'bun:test'
import { DRIVER, makeImage, ok, runtimePath } from './program.ts'

const COUNT = 'i=0; while :; do i=$((i+1)); echo $i; echo $i > /tmp/count; sleep 0.1; done'
const PODMAN = ['podman', '--cgroup-manager', DRIVER, '--runtime', runtimePath()]
const IMAGE = 'localhost/busybox:latest'

beforeAll(async () => {
  const settings = {
    experimental: true,
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
  ok(['podman', 'import', '--quiet', '/tmp/busybox.tar', 'busybox'])
}, 120_000)

/** What a container has counted to, at least 1. */
function counted(exec: readonly string[]): number {
  return Number(ok([...exec, 'sh', '-c', 'until test -s /tmp/count; do sleep 0.1; done; cat /tmp/count']))
}

test('docker checkpoint saves a container, and docker start --checkpoint lets it go on', async () => {
  ok(['docker', 'run', '--detach', '--network', 'none', '--name', 'one', 'busybox', 'sh', '-c', COUNT])
  const before = counted(['docker', 'exec', 'one'])
  ok(['docker', 'checkpoint', 'create', 'one', 'saved'])
  expect(ok(['docker', 'inspect', '--format', '{{.State.Status}}', 'one'])).toBe('exited')
  ok(['docker', 'start', '--checkpoint', 'saved', 'one'])
  const lines = ok(['docker', 'logs', 'one']).split('\n').map(Number)
  const after = counted(['docker', 'exec', 'one'])
  expect(after).toBeGreaterThan(before)
  // Its output has gone on where it was: no number is missing, none is there twice.
  expect(lines).toEqual(lines.map((_, i) => i + 1))
  expect(lines.length).toBeGreaterThanOrEqual(before)
  ok(['docker', 'rm', '--force', 'one'])
})

test('docker checkpoint --leave-running leaves the container running', () => {
  ok(['docker', 'run', '--detach', '--network', 'none', '--name', 'two', 'busybox', 'sh', '-c', COUNT])
  counted(['docker', 'exec', 'two'])
  ok(['docker', 'checkpoint', 'create', '--leave-running', 'two', 'saved'])
  expect(ok(['docker', 'inspect', '--format', '{{.State.Status}}', 'two'])).toBe('running')
  ok(['docker', 'rm', '--force', 'two'])
})

test('podman container checkpoint and restore stop a container and let it go on', () => {
  ok([...PODMAN, 'run', '--detach', '--network', 'none', '--name', 'three', IMAGE, 'sh', '-c', COUNT])
  const before = counted([...PODMAN, 'exec', 'three'])
  ok([...PODMAN, 'container', 'checkpoint', 'three'])
  expect(ok([...PODMAN, 'inspect', '--format', '{{.State.Status}}', 'three'])).toBe('exited')
  ok([...PODMAN, 'container', 'restore', 'three'])
  expect(counted([...PODMAN, 'exec', 'three'])).toBeGreaterThan(before)
  ok([...PODMAN, 'rm', '--force', '--time', '0', 'three'])
})

test('podman restores a container that was exported under another name', () => {
  ok([...PODMAN, 'run', '--detach', '--network', 'none', '--name', 'four', IMAGE, 'sh', '-c', COUNT])
  const before = counted([...PODMAN, 'exec', 'four'])
  ok([...PODMAN, 'container', 'checkpoint', '--export', '/tmp/four.tar', 'four'])
  ok([...PODMAN, 'rm', '--force', 'four'])
  ok([...PODMAN, 'container', 'restore', '--import', '/tmp/four.tar', '--name', 'five'])
  expect(counted([...PODMAN, 'exec', 'five'])).toBeGreaterThan(before)
  ok([...PODMAN, 'rm', '--force', '--time', '0', 'five'])
})

test('podman saves memory before it saves the rest', () => {
  ok([...PODMAN, 'run', '--detach', '--network', 'none', '--name', 'six', IMAGE, 'sh', '-c', COUNT])
  const before = counted([...PODMAN, 'exec', 'six'])
  ok([...PODMAN, 'container', 'checkpoint', '--pre-checkpoint', '--export', '/tmp/pre.tar', 'six'])
  ok([...PODMAN, 'container', 'checkpoint', '--with-previous', '--export', '/tmp/six.tar', 'six'])
  ok([...PODMAN, 'rm', '--force', 'six'])
  const both = ['--import-previous', '/tmp/pre.tar', '--import', '/tmp/six.tar']
  ok([...PODMAN, 'container', 'restore', ...both, '--name', 'seven'])
  expect(counted([...PODMAN, 'exec', 'seven'])).toBeGreaterThan(before)
  ok([...PODMAN, 'rm', '--force', '--time', '0', 'seven'])
})
