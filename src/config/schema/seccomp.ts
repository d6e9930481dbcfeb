// `linux.seccomp` (config-linux.md#seccomp). System calls are names here; which of them exist is the compiler's knowledge.

import * as v from 'valibot'
import {
  integer,
  list,
  oneOf,
  optionalList,
  optionalText,
  record,
  texts,
  uint16,
  uint64,
  type Output,
} from './values.ts'

export const SECCOMP_ACTIONS = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
] as const

export const SECCOMP_OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const

export const SECCOMP_ARCHITECTURES = [
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_RISCV64',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
] as const

export const SECCOMP_FLAGS = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const

export type SeccompAction = (typeof SECCOMP_ACTIONS)[number]
export type SeccompOperator = (typeof SECCOMP_OPERATORS)[number]
export type SeccompArch = (typeof SECCOMP_ARCHITECTURES)[number]
export type SeccompFlag = (typeof SECCOMP_FLAGS)[number]

const action = oneOf('a seccomp action', SECCOMP_ACTIONS)

const argSchema = record({
  index: integer(0, 5),
  value: uint64,
  valueTwo: v.optional(uint64, 0),
  op: oneOf('a seccomp operator', SECCOMP_OPERATORS),
})

const syscallSchema = record({
  names: texts,
  action,
  /** SECCOMP_RET_DATA has 16 bits. */
  errnoRet: v.exactOptional(uint16),
  args: optionalList(argSchema),
})

export const seccompSchema = record({
  defaultAction: action,
  defaultErrnoRet: v.exactOptional(uint16),
  architectures: optionalList(oneOf('a seccomp architecture', SECCOMP_ARCHITECTURES)),
  /** Absent is not the same as empty: runtimes take SPEC_ALLOW where nothing was said. */
  flags: v.exactOptional(list(oneOf('a seccomp flag', SECCOMP_FLAGS))),
  listenerPath: optionalText,
  listenerMetadata: optionalText,
  syscalls: optionalList(syscallSchema),
})

export type LinuxSeccomp = Output<typeof seccompSchema>
export type LinuxSyscall = Output<typeof syscallSchema>
export type LinuxSeccompArg = Output<typeof argSchema>
