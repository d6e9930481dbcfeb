// The container tests on cgroup v2 alone, whatever layout the host has: machines without systemd, where bunc makes
// cgroups by itself. User-mode Linux is the quick one; it lacks controllers, so the tests of cgroups run once more under
// QEMU, which has them all.
import { runGuestTests } from './guest-tests.ts'
import { machineTest } from './machine-test.ts'
import { KINDS } from './machine.ts'

machineTest('x86_64', 'the tests of cgroups pass with every controller of cgroup v2', () =>
  runGuestTests({
    title: 'cgroup tests with every controller',
    kind: KINDS.qemu,
    paths: ['cgroups', 'update', 'weights'].map((name) => `tests/container/${name}.test.ts`),
    timeoutSeconds: 300,
  }),
)

// A machine has one CPU. More parts than a host has CPUs, because some are longer than others.
for (const shard of ['1/4', '2/4', '3/4', '4/4']) {
  machineTest('x86_64', `the container tests pass on cgroup v2, part ${shard}`, () =>
    runGuestTests({
      title: `container tests on cgroup v2, part ${shard}`,
      kind: KINDS.uml,
      paths: ['tests/container'],
      timeoutSeconds: 300,
      shard,
    }),
  )
}
