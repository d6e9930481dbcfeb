// The cross-compiled bunc on an ARM processor, emulated: what differs between architectures (machine code, system call
// numbers, seccomp) in the life of a container. What does not is tested on x86_64.
import { expect } from 'bun:test'
import { onArm64 } from './arm64-container.ts'
import { machineTest } from './machine-test.ts'
import { subjectFor } from './subject.ts'
import { DEFAULT_MOUNTS, type Spec } from '#tests/support/spec.ts'

const WAIT: Spec = { process: { args: ['sleep', '1000'] } }

const CGROUP = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] }
const LIMITED: Spec = {
  mounts: [...DEFAULT_MOUNTS, CGROUP],
  linux: {
    namespaces: ['pid', 'mount', 'ipc', 'uts', 'cgroup'].map((type) => ({ type })),
    resources: { memory: { limit: 32 << 20, swap: 32 << 20 }, pids: { limit: 20 } },
  },
}

machineTest('aarch64', 'on arm64, --version names the runtime and the specification', async () => {
  const { name } = await subjectFor('aarch64')
  const { exitCode, output } = await onArm64({}, 'runtime --version')
  expect(output).toStartWith(`${name} version `)
  expect(output).toMatch(/^spec: \d+\.\d+\.\d+/m)
  expect(exitCode).toBe(0)
})

machineTest('aarch64', 'on arm64, run gives the output and the exit code of the container', async () => {
  const args = ['sh', '-c', 'echo hello from $(uname -m); exit 42']
  const ended = await onArm64({ process: { args } }, 'runtime run --bundle $bundle $name')
  expect(ended).toEqual({ exitCode: 42, output: 'hello from aarch64\n' })
})

machineTest('aarch64', 'on arm64, a container is created, started, seen by exec, killed and deleted', async () => {
  const script = `
    set -e
    runtime create --bundle $bundle $name; status
    runtime start $name; status
    runtime exec $name sh -c 'echo inside with $(cat /proc/1/comm); exit 3' || echo $?
    runtime kill $name KILL
    tries=0
    until [ "$(status)" = stopped ] || [ $tries -eq 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    status
    runtime delete $name
    runtime state $name >/dev/null 2>&1 || echo gone`
  const { output } = await onArm64(WAIT, script)
  expect(output).toBe('created\nrunning\ninside with sleep\n3\nstopped\ngone\n')
})

machineTest('aarch64', 'on arm64, limits of memory and processes stand in the cgroup and hold', async () => {
  const count = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max; tail -c 100m /dev/zero; echo $?'
  const spec: Spec = { ...LIMITED, process: { args: ['sh', '-c', count] } }
  const { output } = await onArm64(spec, 'runtime run --bundle $bundle $name')
  expect(output.split('\n').filter((line) => line !== 'Killed')).toEqual(['33554432', '20', '137', ''])
})

machineTest('aarch64', 'on arm64, a seccomp filter refuses the system call that it names and no other', async () => {
  const refuse = { names: ['mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 95 }
  const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_AARCH64'], syscalls: [refuse] }
  const args = ['sh', '-c', 'mkdir /tmp/new 2>&1; echo x >/tmp/file && cat /tmp/file']
  const { output } = await onArm64({ process: { args }, linux: { seccomp } }, 'runtime run --bundle $bundle $name')
  expect(output).toMatch(/^mkdir: .*: (Operation not supported|Not supported)\nx\n$/)
})
