// A procfs for our own use inside a container: detached, so that nothing which is mounted or linked in the container lies
// between us and the kernel (CVE-2025-52881).

import type { TaskSys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { fsconfigCreate, fsmount, fsopen } from '#ffi/calls/mount.ts'
import type { Fd } from '#ffi/fd.ts'
import type { NamespacePlan } from './plan.ts'

/**
 * Gives a procfs of the task's pid namespace, open on its root. A user namespace may be refused a new one (what the host
 * hides in its own must stay hidden): then it is the host's, which the task sees until it enters its root.
 */
export function privateProcfs(task: TaskSys, plan: NamespacePlan): Fd {
  if (plan.has('user')) return task(openat('cwd', '/proc', ['PATH', 'DIRECTORY']))
  using fs = task(fsopen('proc'))
  task(fsconfigCreate(fs))
  return task(fsmount(fs, ['NOSUID', 'NODEV', 'NOEXEC']))
}
