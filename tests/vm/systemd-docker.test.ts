// bunc with the systemd driver, by itself and as the runtime of Docker and Podman, in machines that systemd runs. The tests
// themselves run in the guest: those of inside/,
// and faults/systemd.test.ts.
import { runGuestTests } from './guest-tests.ts'
import { machineTest } from './machine-test.ts'
import { KINDS } from './machine.ts'

const FILES = {
  'the runtime': 'tests/vm/inside/scope.ts',
  'a runtime whose calls fail': 'tests/faults/systemd.test.ts',
  'an ordinary user': 'tests/vm/inside/user-scope.ts',
  'one after the other': 'tests/vm/inside/many-lives.ts',
  containerd: 'tests/vm/inside/containerd.ts',
  docker: 'tests/vm/inside/docker.ts',
  podman: 'tests/vm/inside/podman.ts',
  'each engine that learns of bunc': 'tests/vm/inside/install.ts',
  'who follows README.md and docs/ci.md': 'tests/vm/inside/pages.ts',
}

/** A thousand containers of both drivers take minutes. */
const SECONDS = process.env['BUNC_TEST_CYCLES'] === undefined ? 360 : 3_000

for (const [who, file] of Object.entries(FILES)) {
  const run = () =>
    runGuestTests({
      title: who,
      kind: KINDS.umlSystemd,
      paths: [file],
      timeoutSeconds: SECONDS,
    })
  machineTest('x86_64', `${who} runs containers with systemd and cgroup v2`, run, SECONDS)
}
