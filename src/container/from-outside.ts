// What bunc sets for a task from outside: limits and scores that a process in a user namespace may not raise for itself,
// and the ownership of its stdio.

import { fchown, fstat } from '#ffi/calls/file.ts'
import { setLimit } from '#ffi/calls/resource.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { inherited } from '#ffi/perform/here.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import type { POSIXRlimit } from '#src/config/schema/process.ts'
import { writeValue } from '#src/files.ts'
import { isNull } from './null-stdio.ts'
import { hostId, type Site } from './site.ts'

/** Sets resource limits and, unless it has a terminal of its own, who owns stdio. */
export function setFromOutside({ kernel, config, process }: Site, task: Task): void {
  // An execve(2) that is still under way, that of the executor, would take the limit of the stack back; and prlimit(2)
  // compares ids, which must not change meanwhile.
  if (process.rlimits.length > 0) task.sys.flush()
  setLimits(kernel, task.pid, process.rlimits)
  const { terminal, user } = process
  if (!terminal) ownStdio(kernel, hostId(config.linux.uidMappings, user.uid))
}

/** Sets resource limits of a process (prlimit(2)). */
export function setLimits({ here }: Kernel, pid: number, rlimits: readonly POSIXRlimit[]): void {
  for (const [i, { type, soft, hard }] of rlimits.entries())
    doing(`set process.rlimits[${i}], ${type}`, () => here(setLimit(pid, type, { soft, hard })))
}

/** Sets how soon a process is killed when memory runs out (proc(5)). */
export function setOomScore({ here }: Kernel, pid: number, score: number): void {
  doing(`set process.oomScoreAdj to ${score}`, () => writeValue(here, `/proc/${pid}/oom_score_adj`, String(score)))
}

/**
 * Lets the user of the process open its stdio again (/dev/stdout). Only what is meant for this: not the null device, and
 * a file system may refuse. The group stays.
 */
export function ownStdio({ here }: Kernel, uid: number): void {
  for (const number of [0, 1, 2]) {
    const file = inherited(number, `stdio ${number}`)
    try {
      const stat = here(fstat(file))
      if (!isNull(stat) && stat.uid !== uid) here(fchown(file, uid, UNCHANGED))
    } catch (error) {
      // EBADF: it was closed when bunc was started.
      if (!failedWith(error, 'EINVAL', 'EPERM', 'EROFS', 'EBADF', 'ENOSYS')) throw error
    }
  }
}

/** (gid_t) −1: chown(2) leaves it as it is. */
const UNCHANGED = 0xffff_ffff
