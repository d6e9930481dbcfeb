// checkpoint and restore, in the machines where criu works: the emulated ones, whose kernel has CHECKPOINT_RESTORE. bunc
// alone, against runc's images as well, and as the runtime of Docker and Podman: inside/checkpoint.ts.
import { runGuestTests } from './guest-tests.ts'
import { machineTest } from './machine-test.ts'
import { KINDS } from './machine.ts'

machineTest('x86_64', 'containers are saved and go on from there', () =>
  runGuestTests({
    title: 'checkpoint and restore',
    kind: KINDS.qemu,
    paths: ['tests/container/checkpoint'],
    peers: ['bunc', 'runc'],
    inTurn: true,
    timeoutSeconds: 540,
  }),
)

machineTest('x86_64', 'Docker and Podman save containers and let them go on', () =>
  runGuestTests({
    title: 'checkpoint and restore by engines',
    kind: KINDS.qemuSystemd,
    paths: ['tests/vm/inside/checkpoint.ts'],
    timeoutSeconds: 540,
  }),
)
