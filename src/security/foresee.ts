// What of a seccomp profile has no effect on this machine, and what of it this kernel does not know. Not on the way to a
// running container.

import type { Sys } from '#ffi/call.ts'
import type { Problem } from '#src/config/problem.ts'
import type { LinuxSeccomp, SeccompAction } from '#src/config/schema/seccomp.ts'
import { readTextIfThere } from '#src/files.ts'
import { MACHINE_HERE } from './machine-here.ts'
import { warnings } from './seccomp/warnings.ts'

/** The kernel's name of each action, as /proc/sys/kernel/seccomp/actions_avail lists it. */
const ACTIONS = {
  SCMP_ACT_KILL: 'kill_thread',
  SCMP_ACT_KILL_PROCESS: 'kill_process',
  SCMP_ACT_KILL_THREAD: 'kill_thread',
  SCMP_ACT_TRAP: 'trap',
  SCMP_ACT_ERRNO: 'errno',
  SCMP_ACT_TRACE: 'trace',
  SCMP_ACT_ALLOW: 'allow',
  SCMP_ACT_LOG: 'log',
  SCMP_ACT_NOTIFY: 'user_notif',
} as const satisfies { readonly [action in SeccompAction]: string }

/** The actions that this kernel has, by its own names; undefined where it has no seccomp filters. */
export function kernelActions(here: Sys): readonly string[] | undefined {
  return readTextIfThere(here, '/proc/sys/kernel/seccomp/actions_avail')?.trim().split(/\s+/)
}

/** Takes a profile, gives the actions that this kernel refuses, by their paths below the profile. */
export function refusedActions(here: Sys, { defaultAction, syscalls }: LinuxSeccomp): readonly Problem[] {
  const known = kernelActions(here)
  if (known === undefined) return [{ path: '', message: 'this kernel has no seccomp filters' }]
  const used = [
    { path: 'defaultAction', action: defaultAction },
    ...syscalls.map(({ action }, i) => ({ path: `syscalls[${i}].action`, action })),
  ]
  return used
    .filter(({ action }) => !known.includes(ACTIONS[action]))
    .map(({ path, action }) => ({ path, message: `this kernel does not know ${action}` }))
}

/** Takes a profile, gives what of it has no effect here, by paths below the profile. */
export function withoutEffect(profile: LinuxSeccomp): readonly Problem[] {
  return warnings(profile, MACHINE_HERE).map((text) => {
    const colon = text.indexOf(': ')
    return { path: text.slice(0, colon), message: text.slice(colon + 2) }
  })
}

/** The names of all system calls that a profile can speak of here. */
export function systemCallNames(): readonly string[] {
  const words = [MACHINE_HERE.native, ...MACHINE_HERE.others].flatMap(({ tables }) => tables.join(' ').split(' '))
  return words.map((word) => (word.startsWith('-') ? word.slice(1) : word)).filter((word) => /^[a-z_]/.test(word))
}
