// bunc with the systemd driver, by itself and as the runtime of Docker and Podman, in machines that systemd runs. The tests
// themselves run in the guest: inside/scope.ts, user-scope.ts, many-lives.ts, containerd.ts, docker.ts,
// podman.ts and install.ts.
import { runGuestTests } from './guest-tests.ts'
import { machineTest } from './machine-test.ts'
import { KINDS } from './machine.ts'

const FILES = {
  'the runtime': 'scope',
  'an ordinary user': 'user-scope',
  'one after the other': 'many-lives',
  containerd: 'containerd',
  docker: 'docker',
  podman: 'podman',
  'each engine that learns of bunc': 'install',
}

/** A thousand containers of both drivers take minutes. */
const SECONDS = process.env['BUNC_TEST_CYCLES'] === undefined ? 360 : 3_000

for (const [who, file] of Object.entries(FILES)) {
  const run = () =>
    runGuestTests({
      title: file,
      kind: KINDS.umlSystemd,
      paths: [`tests/vm/inside/${file}.ts`],
      timeoutSeconds: SECONDS,
    })
  machineTest('x86_64', `${who} runs containers with systemd and cgroup v2`, run, SECONDS)
}
