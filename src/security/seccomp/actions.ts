// Actions of a seccomp profile and the values that a filter returns for them. One table: what compiles a profile and
// what explains a verdict read the same rows.

import type { Action } from './profile.ts'

// A filter's result, linux/seccomp.h:
//
//   31                  16 15                   0
//  ┌──────────────────────┬──────────────────────┐
//  │  SECCOMP_RET_ACTION  │   SECCOMP_RET_DATA   │   data: the errno, or the message for a tracer
//  └──────────────────────┴──────────────────────┘
/** SECCOMP_RET_* of each action. SCMP_ACT_KILL is the old name of SCMP_ACT_KILL_THREAD. */
export const ACTIONS = {
  SCMP_ACT_KILL_PROCESS: 0x8000_0000,
  SCMP_ACT_KILL_THREAD: 0x0000_0000,
  SCMP_ACT_KILL: 0x0000_0000,
  SCMP_ACT_TRAP: 0x0003_0000,
  SCMP_ACT_ERRNO: 0x0005_0000,
  SCMP_ACT_NOTIFY: 0x7fc0_0000,
  SCMP_ACT_TRACE: 0x7ff0_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ALLOW: 0x7fff_0000,
} as const

const EPERM = 1
const ENOSYS = 38

/** The verdict on a system call that is newer than the profile: a C library takes ENOSYS as "use the older call". */
export const NOT_IMPLEMENTED = ACTIONS.SCMP_ACT_ERRNO | ENOSYS

/** The verdict on a call of an architecture that the profile does not name, as libseccomp's. */
export const BAD_ARCHITECTURE = ACTIONS.SCMP_ACT_KILL_THREAD

/**
 * Takes an action and its errnoRet, gives the 32 bits that the filter returns. An action that carries a number and was
 * given none gets EPERM, as config-linux.md#seccomp says; the others carry none.
 */
export function verdict(action: Action, errnoRet: number | undefined): number {
  if (action !== 'SCMP_ACT_ERRNO' && action !== 'SCMP_ACT_TRACE') return ACTIONS[action]
  return ACTIONS[action] + ((errnoRet ?? EPERM) & 0xffff)
}

/**
 * Says whether calls newer than the profile get ENOSYS instead of the default action. Not where the default lets
 * calls through (a tracer answers for itself), nor where it is ENOSYS already.
 */
export function hidesNewerCalls(defaultAction: Action, defaultErrnoRet: number | undefined): boolean {
  const permissive =
    defaultAction === 'SCMP_ACT_ALLOW' || defaultAction === 'SCMP_ACT_LOG' || defaultAction === 'SCMP_ACT_TRACE'
  return !permissive && defaultErrnoRet !== ENOSYS
}

/** Takes a filter's result, gives its action by name and the number that it carries, if it can carry one. */
export function describeVerdict(value: number): { readonly action: Action; readonly errno?: number } {
  // The kernel kills the process for a value that it does not know.
  const known = Object.keys(ACTIONS).filter(isAction)
  const action = known.find((name) => ACTIONS[name] === (value & 0xffff_0000) >>> 0) ?? 'SCMP_ACT_KILL_PROCESS'
  const carries = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'
  return carries ? { action, errno: value & 0xffff } : { action }
}

function isAction(name: string): name is Action {
  return name in ACTIONS
}
