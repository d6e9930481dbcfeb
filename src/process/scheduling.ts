// How the kernel treats a process: its scheduler, its I/O priority, its CPUs, its memory policy, its execution domain.
// Rare fields all: nothing is done where none is given.

import type { Sys, TaskSys } from '#ffi/call.ts'
import { setMempolicy } from '#ffi/calls/memory-policy.ts'
import { ioprioSet, personality, schedSetaffinity, schedSetattr } from '#ffi/calls/scheduling.ts'
import { doing } from '#ffi/context.ts'
import type { LinuxMemoryPolicy } from '#src/config/schema/memory-policy.ts'
import type { LinuxPersonality } from '#src/config/schema/personality.ts'
import type { LinuxIOPriority, Process, Scheduler } from '#src/config/schema/process.ts'
import { bitmap } from './bitmap.ts'

const POLICIES = {
  SCHED_OTHER: 'OTHER',
  SCHED_FIFO: 'FIFO',
  SCHED_RR: 'RR',
  SCHED_BATCH: 'BATCH',
  SCHED_ISO: 'ISO',
  SCHED_IDLE: 'IDLE',
  SCHED_DEADLINE: 'DEADLINE',
} as const satisfies Record<Scheduler['policy'], string>

const SCHEDULER_FLAGS = {
  SCHED_FLAG_RESET_ON_FORK: 'RESET_ON_FORK',
  SCHED_FLAG_RECLAIM: 'RECLAIM',
  SCHED_FLAG_DL_OVERRUN: 'DL_OVERRUN',
  SCHED_FLAG_KEEP_POLICY: 'KEEP_POLICY',
  SCHED_FLAG_KEEP_PARAMS: 'KEEP_PARAMS',
  SCHED_FLAG_UTIL_CLAMP_MIN: 'UTIL_CLAMP_MIN',
  SCHED_FLAG_UTIL_CLAMP_MAX: 'UTIL_CLAMP_MAX',
} as const satisfies Record<Scheduler['flags'][number], string>

const IO_CLASSES = {
  IOPRIO_CLASS_RT: 'RT',
  IOPRIO_CLASS_BE: 'BE',
  IOPRIO_CLASS_IDLE: 'IDLE',
} as const satisfies Record<LinuxIOPriority['class'], string>

const MEMORY_MODES = {
  MPOL_DEFAULT: 'DEFAULT',
  MPOL_BIND: 'BIND',
  MPOL_INTERLEAVE: 'INTERLEAVE',
  MPOL_WEIGHTED_INTERLEAVE: 'WEIGHTED_INTERLEAVE',
  MPOL_PREFERRED: 'PREFERRED',
  MPOL_PREFERRED_MANY: 'PREFERRED_MANY',
  MPOL_LOCAL: 'LOCAL',
} as const satisfies Record<LinuxMemoryPolicy['mode'], string>

const MEMORY_FLAGS = {
  MPOL_F_NUMA_BALANCING: 'NUMA_BALANCING',
  MPOL_F_RELATIVE_NODES: 'RELATIVE_NODES',
  MPOL_F_STATIC_NODES: 'STATIC_NODES',
} as const satisfies Record<LinuxMemoryPolicy['flags'][number], string>

/**
 * Sets the scheduler and the I/O priority of a process that waits. From outside: in a user namespace it could not do so
 * itself. Throws a SyscallError that names the field.
 */
export function setPriorities(here: Sys, pid: number, { scheduler, ioPriority }: Process): void {
  if (ioPriority !== undefined)
    doing(`set process.ioPriority to ${ioPriority.class}`, () =>
      here(ioprioSet(pid, { class: IO_CLASSES[ioPriority.class], level: ioPriority.priority })),
    )
  if (scheduler === undefined) return
  const { policy, flags, nice, priority, runtime, deadline, period } = scheduler
  const times = { runtime, deadline, period }
  doing(`set process.scheduler to ${policy}`, () =>
    here(
      schedSetattr(pid, {
        policy: POLICIES[policy],
        flags: flags.map((flag) => SCHEDULER_FLAGS[flag]),
        nice,
        priority,
        ...times,
      }),
    ),
  )
}

/** Lets a process run on some CPUs alone; `field` names them in messages, an empty list changes nothing. 0 is the caller. */
export function setAffinity(here: Sys, pid: number, field: string, cpus: string): void {
  if (cpus !== '') doing(`set ${field} to CPUs "${cpus}"`, () => here(schedSetaffinity(pid, bitmap(cpus))))
}

/** What of `linux` a single process takes along. */
export interface Domain {
  readonly personality?: LinuxPersonality | undefined
  readonly memoryPolicy?: LinuxMemoryPolicy | undefined
}

/** Sets the execution domain and the memory policy of a task, which its program inherits. */
export function setDomain(sys: TaskSys, { personality: domain, memoryPolicy }: Domain): void {
  if (domain !== undefined) doing('set linux.personality', () => sys(personality(domain.domain)))
  if (memoryPolicy === undefined) return
  const { mode, flags, nodes } = memoryPolicy
  doing('set linux.memoryPolicy', () =>
    sys(
      setMempolicy({ mode: MEMORY_MODES[mode], flags: flags.map((flag) => MEMORY_FLAGS[flag]), nodes: bitmap(nodes) }),
    ),
  )
}
