// Docker and Podman with bunc as their runtime, in machines that systemd runs. The tests themselves run in the guest:
// inside/docker.ts and inside/podman.ts.
import { runGuestTests } from './guest-tests.ts'
import { machineTest } from './machine-test.ts'
import { KINDS } from './machine.ts'

for (const engine of ['docker', 'podman']) {
  machineTest('x86_64', `${engine} runs containers with systemd and cgroup v2`, () =>
    runGuestTests({
      title: engine,
      kind: KINDS.umlSystemd,
      paths: [`tests/vm/inside/${engine}.ts`],
      timeoutSeconds: 240,
    }),
  )
}
