// seccomp, tried with a filter that must bite, and the security modules.

import { getcwd } from '#ffi/calls/namespace.ts'
import { setNoNewPrivileges } from '#ffi/calls/credentials.ts'
import { failedWith } from '#ffi/error.ts'
import type { Sys } from '#ffi/call.ts'
import type { LinuxSeccomp } from '#src/config/schema/seccomp.ts'
import { Failure } from '#src/failure.ts'
import { readTextIfThere } from '#src/files.ts'
import { apparmorEnabled } from '#src/security/apparmor.ts'
import { installFilter } from '#src/security/filter.ts'
import { kernelActions } from '#src/security/foresee.ts'
import { type Probe, tried, type Verdict, works } from '../verdict.ts'

const EPERM = 1

/** Forbids one harmless call. */
const PROFILE: LinuxSeccomp = {
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures: [],
  listenerPath: '',
  listenerMetadata: '',
  syscalls: [{ names: ['getcwd'], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM, args: [] }],
}

/** Looks at what confines processes. */
export const securityProbe: Probe = ({ kernel }) => {
  const { here } = kernel
  return [
    tried({ subject: 'seccomp', mend: 'a kernel with CONFIG_SECCOMP_FILTER' }, () => {
      using task = kernel.task({ namespaces: [] })
      task.sys(setNoNewPrivileges())
      installFilter(task.sys, PROFILE)
      try {
        task.sys(getcwd())
      } catch (error) {
        if (failedWith(error, 'EPERM')) return `filters bite; actions: ${(kernelActions(here) ?? []).join(' ')}`
        throw error
      }
      throw new Failure('a filter was installed, and a call that it forbids was made all the same')
    }),
    apparmor(here),
    ...selinux(here),
  ]
}

function apparmor(here: Sys): Verdict {
  const subject = 'AppArmor'
  if (apparmorEnabled(here)) return works(subject, 'enabled')
  const there = readTextIfThere(here, '/sys/kernel/security/lsm')?.trim()
  const why = `not enabled${there === undefined ? '' : `; security modules: ${there}`}; profiles cannot be set`
  return { subject, verdict: 'missing', why, mend: 'where the kernel has it: boot with security=apparmor' }
}

/** Only where it is: its absence is no lack on most distributions. */
function selinux(here: Sys): readonly Verdict[] {
  const enforce = readTextIfThere(here, '/sys/fs/selinux/enforce')?.trim()
  if (enforce === undefined) return []
  const mode = enforce === '1' ? 'enforcing' : 'permissive'
  const why = `${mode}, and bunc does not set labels yet: configs with selinuxLabel or mountLabel are refused`
  return [{ subject: 'SELinux', verdict: 'limited', why, mend: 'for dockerd: --selinux-enabled=false' }]
}
