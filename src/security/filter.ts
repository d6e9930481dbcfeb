// Puts a container's seccomp profile on a task: compiled here, installed there.

import type { TaskSys } from '#ffi/call.ts'
import { setSeccompFilter } from '#ffi/calls/credentials.ts'
import { doing } from '#ffi/context.ts'
import type { LinuxSeccomp } from '#src/config/schema/seccomp.ts'
import { MACHINE_HERE } from './machine-here.ts'
import { compile } from './seccomp/compile.ts'
import { filterFlags } from './seccomp/flags.ts'

/** The kernel's name of each flag of a profile. */
const FLAG_NAMES = {
  SECCOMP_FILTER_FLAG_TSYNC: 'TSYNC',
  SECCOMP_FILTER_FLAG_LOG: 'LOG',
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 'SPEC_ALLOW',
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 'WAIT_KILLABLE_RECV',
} as const

/** Queues the filter of a profile. Every later call of the task is subject to it. */
export function installFilter(sys: TaskSys, profile: LinuxSeccomp): void {
  doing('install the seccomp filter', () => {
    const { program } = compile(profile, MACHINE_HERE)
    sys(
      setSeccompFilter(
        filterFlags(profile.flags).map((flag) => FLAG_NAMES[flag]),
        program,
      ),
    )
  })
}

/** The architectures whose calls a filter can judge on this machine, by the specification's names. */
export function runnableArchitectures(): string[] {
  return [MACHINE_HERE.native, ...MACHINE_HERE.others].map(({ name }) => name)
}
