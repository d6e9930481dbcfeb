// Puts a container's seccomp profile on a task: compiled here, installed there.

import type { TaskSys } from '#ffi/call.ts'
import { type SeccompFlag, setSeccompFilter, setSeccompListener } from '#ffi/calls/credentials.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { LinuxSeccomp } from '#src/config/schema/seccomp.ts'
import { MACHINE_HERE } from './machine-here.ts'
import { compilePolicy } from './seccomp/compile.ts'
import { filterFlags } from './seccomp/flags.ts'
import { asking, deciding, notifies } from './seccomp/notify.ts'
import { policy } from './seccomp/policy.ts'

/** The kernel's name of each flag of a profile. */
const FLAG_NAMES = {
  SECCOMP_FILTER_FLAG_TSYNC: 'TSYNC',
  SECCOMP_FILTER_FLAG_LOG: 'LOG',
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 'SPEC_ALLOW',
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 'WAIT_KILLABLE_RECV',
} as const

/** Queues the filter of a profile. Every later call of the task is subject to it. Precondition: `installListener`. */
export function installFilter(sys: TaskSys, profile: LinuxSeccomp): void {
  doing('install the seccomp filter', () => {
    const whole = policy(profile, MACHINE_HERE)
    const { program } = compilePolicy(notifies(profile) ? deciding(whole) : whole)
    // The kernel takes WAIT_KILLABLE_RECV with a listener only (EINVAL): it is about those who wait for an agent.
    sys(setSeccompFilter(flagsBut('WAIT_KILLABLE_RECV', profile), program))
  })
}

/**
 * Queues that part of a profile's filter which asks an agent. Gives the listener, which is the task's, or undefined for a
 * profile that asks nobody.
 */
export function installListener(sys: TaskSys, profile: LinuxSeccomp): Fd | undefined {
  if (!notifies(profile)) return undefined
  return doing('install the seccomp filter', () => {
    const { program } = compilePolicy(asking(policy(profile, MACHINE_HERE)))
    // With TSYNC the kernel would not know what to return, the listener or a thread that cannot follow (EINVAL).
    return sys(setSeccompListener([...flagsBut('TSYNC', profile), 'NEW_LISTENER'], program))
  })
}

function flagsBut(left: SeccompFlag, { flags }: LinuxSeccomp): SeccompFlag[] {
  return filterFlags(flags)
    .map((flag) => FLAG_NAMES[flag])
    .filter((name) => name !== left)
}
