// The seccomp profile of the OCI specification (config-linux.md#seccomp) as this folder takes it: already validated,
// with numbers that may be bigints where 64 bits count. Knows the words of the specification and no number.

import type { ACTIONS } from './actions.ts'

export type Action = keyof typeof ACTIONS

export type Operator =
  'SCMP_CMP_NE' | 'SCMP_CMP_LT' | 'SCMP_CMP_LE' | 'SCMP_CMP_EQ' | 'SCMP_CMP_GE' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ'

/** One condition on an argument. For SCMP_CMP_MASKED_EQ `value` is the mask and `valueTwo` what must remain. */
export interface ArgumentRule {
  readonly index: number
  readonly value: number | bigint
  readonly valueTwo?: number | bigint | undefined
  readonly op: Operator
}

/** What happens to some system calls, if all of `args` hold. */
export interface SyscallRule {
  readonly names: readonly string[]
  readonly action: Action
  readonly errnoRet?: number | undefined
  readonly args?: readonly ArgumentRule[] | undefined
}

/** `linux.seccomp`, as far as the filter program depends on it. */
export interface Profile {
  readonly defaultAction: Action
  readonly defaultErrnoRet?: number | undefined
  readonly architectures?: readonly string[] | undefined
  readonly syscalls?: readonly SyscallRule[] | undefined
}
