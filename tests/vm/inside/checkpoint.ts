// Docker and Podman that checkpoint containers with the runtime under test, on cgroup v2 with the systemd driver. Runs
// inside a machine, started by checkpoint.test.ts. No network: the machine has none.
import { beforeAll, expect, test } from 'bun:test'
import { eventually } from '#tests/support/eventually.ts'
import { call, DRIVER, makeImage, ok, runtimePath } from './program.ts'

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

/** containerd forgets what Docker has left there of a checkpoint in its own time, which Docker does not wait for. */
async function startFrom(checkpoint: string, name: string): Promise<void> {
  const { code, output } = await eventually(
    'the checkpoint to be forgotten',
    () => {
      const ended = call(['docker', 'start', '--checkpoint', checkpoint, name])
      return ended.output.includes('already exists') ? undefined : ended
    },
    60_000,
  )
  if (code !== 0) throw new Error(`Cannot start from the checkpoint: ${output}`)
}

test('docker checkpoint saves a container, and docker start --checkpoint lets it go on', async () => {
  ok(['docker', 'run', '--detach', '--network', 'none', '--name', 'one', 'busybox', 'sh', '-c', COUNT])
  const before = counted(['docker', 'exec', 'one'])
  ok(['docker', 'checkpoint', 'create', 'one', 'saved'])
  expect(ok(['docker', 'inspect', '--format', '{{.State.Status}}', 'one'])).toBe('exited')
  await startFrom('saved', 'one')
  const lines = ok(['docker', 'logs', 'one']).split('\n').map(Number)
  const after = counted(['docker', 'exec', 'one'])
  expect(after).toBeGreaterThan(before)
  // Its output has gone on where it was: no number is missing, none is there twice.
  expect(lines).toEqual(lines.map((_, i) => i + 1))
  expect(lines.length).toBeGreaterThanOrEqual(before)
  ok(['docker', 'rm', '--force', 'one'])
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
