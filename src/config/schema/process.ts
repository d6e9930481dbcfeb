// `process`: what runs in the container and as whom (config.md#process); also what `exec --process FILE` reads.

import * as v from 'valibot'
import {
  int32,
  integer,
  oneOf,
  optionalFlag,
  optionalList,
  optionalText,
  optionalTexts,
  record,
  text,
  uint32,
  uint64,
  type Output,
} from './values.ts'

/** The resources of getrlimit(2). */
export const RLIMIT_TYPES = [
  'RLIMIT_AS',
  'RLIMIT_CORE',
  'RLIMIT_CPU',
  'RLIMIT_DATA',
  'RLIMIT_FSIZE',
  'RLIMIT_LOCKS',
  'RLIMIT_MEMLOCK',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_NOFILE',
  'RLIMIT_NPROC',
  'RLIMIT_RSS',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
  'RLIMIT_SIGPENDING',
  'RLIMIT_STACK',
] as const

export const SCHEDULER_POLICIES = [
  'SCHED_OTHER',
  'SCHED_FIFO',
  'SCHED_RR',
  'SCHED_BATCH',
  'SCHED_ISO',
  'SCHED_IDLE',
  'SCHED_DEADLINE',
] as const

export const SCHEDULER_FLAGS = [
  'SCHED_FLAG_RESET_ON_FORK',
  'SCHED_FLAG_RECLAIM',
  'SCHED_FLAG_DL_OVERRUN',
  'SCHED_FLAG_KEEP_POLICY',
  'SCHED_FLAG_KEEP_PARAMS',
  'SCHED_FLAG_UTIL_CLAMP_MIN',
  'SCHED_FLAG_UTIL_CLAMP_MAX',
] as const

export const IO_PRIORITY_CLASSES = ['IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'] as const

export type RlimitType = (typeof RLIMIT_TYPES)[number]
export type SchedulerPolicy = (typeof SCHEDULER_POLICIES)[number]
export type SchedulerFlag = (typeof SCHEDULER_FLAGS)[number]
export type IOPriorityClass = (typeof IO_PRIORITY_CLASSES)[number]

// uid and gid are required by the specification, but no peer insists and files for `exec --process` leave them out.
const userSchema = record({
  uid: v.optional(uint32, 0),
  gid: v.optional(uint32, 0),
  umask: v.exactOptional(integer(0, 0o777)),
  additionalGids: optionalList(uint32),
})

/** Names stay strings: the specification wants an unknown capability logged as a warning and not refused. */
const capabilitiesSchema = record({
  bounding: optionalTexts,
  effective: optionalTexts,
  inheritable: optionalTexts,
  permitted: optionalTexts,
  ambient: optionalTexts,
})

const rlimitSchema = record({ type: oneOf('a resource limit', RLIMIT_TYPES), soft: uint64, hard: uint64 })

const schedulerSchema = record({
  policy: oneOf('a scheduler policy', SCHEDULER_POLICIES),
  nice: v.optional(int32, 0),
  priority: v.optional(int32, 0),
  flags: optionalList(oneOf('a scheduler flag', SCHEDULER_FLAGS)),
  /** These three in nanoseconds. */
  runtime: v.optional(uint64, 0),
  deadline: v.optional(uint64, 0),
  period: v.optional(uint64, 0),
})

const ioPrioritySchema = record({
  class: oneOf('an I/O priority class', IO_PRIORITY_CLASSES),
  priority: v.optional(integer(0, 7), 0),
})

export const processSchema = record({
  terminal: optionalFlag,
  consoleSize: v.exactOptional(record({ height: uint32, width: uint32 })),
  user: v.optional(userSchema, {}),
  args: optionalTexts,
  env: optionalTexts,
  cwd: text,
  capabilities: v.optional(capabilitiesSchema, {}),
  rlimits: optionalList(rlimitSchema),
  noNewPrivileges: optionalFlag,
  apparmorProfile: optionalText,
  oomScoreAdj: v.exactOptional(integer(-1000, 1000)),
  scheduler: v.exactOptional(schedulerSchema),
  selinuxLabel: optionalText,
  ioPriority: v.exactOptional(ioPrioritySchema),
  execCPUAffinity: v.optional(record({ initial: optionalText, final: optionalText }), {}),
})

export type Process = Output<typeof processSchema>
export type User = Output<typeof userSchema>
export type LinuxCapabilities = Output<typeof capabilitiesSchema>
export type POSIXRlimit = Output<typeof rlimitSchema>
export type Scheduler = Output<typeof schedulerSchema>
export type LinuxIOPriority = Output<typeof ioPrioritySchema>
