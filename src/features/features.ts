// What this build can do on this machine (features.md), derived from the tables that the runtime itself works with. Engines
// read it with stderr mixed in, so nothing may be printed beside it.

import type { Sys } from '#ffi/call.ts'
import { CAPABILITY } from '#ffi/numbers/capability.ts'
import { VERSION, COMMIT, SPEC_VERSION } from '#src/build.ts'
import { HOOK_KINDS } from '#src/config/schema/hooks.ts'
import { SECCOMP_ACTIONS, SECCOMP_FLAGS, SECCOMP_OPERATORS } from '#src/config/schema/seccomp.ts'
import { NAMESPACE_FLAGS } from '#src/namespaces/plan.ts'
import { mountOptionNames } from '#src/rootfs/options.ts'
import { runnableArchitectures } from '#src/security/filter.ts'
import { apparmorEnabled } from '#src/security/apparmor.ts'

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
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: SECCOMP_ACTIONS,
        operators: SECCOMP_OPERATORS,
        archs: runnableArchitectures(),
        knownFlags: SECCOMP_FLAGS,
        supportedFlags: SECCOMP_FLAGS,
      },
      apparmor: { enabled: apparmorEnabled(here) },
      selinux: { enabled: false },
      intelRdt: { enabled: false },
      mountExtensions: { idmap: { enabled: false } },
    },
    annotations: {
      'io.github.bunc.version': VERSION,
      ...(COMMIT === undefined ? {} : { 'io.github.bunc.commit': COMMIT }),
    },
    potentiallyUnsafeConfigAnnotations: ['bundle', 'org.systemd.property.'],
  }
}
