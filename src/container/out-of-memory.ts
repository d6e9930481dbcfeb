// The reason in the place of a riddle: a first process that is killed while a container is made has mostly run out of memory.

import type { Sys } from '#ffi/call.ts'
import { memoryAccount } from '#src/cgroups/account.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { Failure } from '#src/failure.ts'

/** Gives the error of a container whose first process was killed for want of memory; undefined where none was. */
export function outOfMemory(sys: Sys, cgroup: CgroupRecord): Failure | undefined {
  const account = memoryAccount(sys, cgroup)
  if (account === undefined || account.oomKills === 0) return undefined
  const limit = account.limit === undefined ? 'of a cgroup above it' : `of ${account.limit} bytes`
  const peak = account.peak === undefined ? '' : `, its peak was ${account.peak}`
  return new Failure(
    `container init was OOM-killed: its memory limit ${limit} was reached${peak}`,
    'raise the memory limit',
  )
}
