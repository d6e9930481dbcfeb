// What this build can do (features.md), derived from the tables that the runtime itself works with. What the host lacks
// changes nothing in it, but for the flags of seccomp: so the specification has it. Engines read it with stderr mixed in,
// so nothing may be printed beside it.

import type { Sys } from '#ffi/call.ts'
import { CAPABILITY } from '#ffi/numbers/capability.ts'
import { VERSION, COMMIT, SPEC_VERSION } from '#src/build.ts'
import { PROPERTY_ANNOTATION } from '#src/cgroups/systemd/annotations.ts'
import { CRIU_ANNOTATION } from '#src/checkpoint/settings.ts'
import { HOOK_KINDS } from '#src/config/schema/hooks.ts'
import { MEMORY_POLICY_FLAGS, MEMORY_POLICY_MODES } from '#src/config/schema/memory-policy.ts'
import {
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
  type SeccompFlag,
} from '#src/config/schema/seccomp.ts'
import { readTextIfThere } from '#src/files.ts'
import { NAMESPACE_FLAGS } from '#src/namespaces/plan.ts'
import { mountOptionNames } from '#src/rootfs/options.ts'

/** Gives the features object; its keys are the specification's. */
export function features(here: Sys): object {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOK_KINDS,
    mountOptions: mountOptionNames(),
    linux: {
      namespaces: Object.keys(NAMESPACE_FLAGS).sort(),
      capabilities: Object.keys(CAPABILITY),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: true, rdma: true },
      seccomp: {
        enabled: true,
        actions: [...SECCOMP_ACTIONS].sort(),
        operators: [...SECCOMP_OPERATORS].sort(),
        archs: [...SECCOMP_ARCHITECTURES].sort(),
        knownFlags: SECCOMP_FLAGS,
        supportedFlags: supportedFlags(here),
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: true, schemata: true, monitoring: true },
      netDevices: { enabled: true },
      memoryPolicy: { modes: MEMORY_POLICY_MODES, flags: MEMORY_POLICY_FLAGS },
      mountExtensions: { idmap: { enabled: true } },
    },
    annotations: {
      'io.github.bunc.version': VERSION,
      ...(COMMIT === undefined ? {} : { 'io.github.bunc.commit': COMMIT }),
      'io.github.bunc.checkpoint.enabled': 'true',
    },
    potentiallyUnsafeConfigAnnotations: [PROPERTY_ANNOTATION, CRIU_ANNOTATION],
  }
}

/** The flags that the kernel of this host knows: all but one are older than any kernel that bunc runs on. */
function supportedFlags(here: Sys): readonly SeccompFlag[] {
  const [major = 0, minor = 0] = (readTextIfThere(here, '/proc/sys/kernel/osrelease') ?? '').split('.').map(Number)
  // 5.19 brought it.
  const waits = major > 5 || (major === 5 && minor >= 19)
  return SECCOMP_FLAGS.filter((flag) => waits || flag !== 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV')
}
