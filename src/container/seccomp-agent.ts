// The agent of a profile with SCMP_ACT_NOTIFY: a program of the host that decides about system calls of the container. It
// gets the listener and the state of the container over `listenerPath` (config-linux.md, "The Container Process State").

import { pidfdGetfd } from '#ffi/calls/process.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import { SPEC_VERSION } from '#src/build.ts'
import type { LinuxSeccomp } from '#src/config/schema/seccomp.ts'
import { sendDescriptor } from '#src/console/send.ts'
import { installListener } from '#src/security/filter.ts'

/**
 * Installs what asks the agent, and hands it over; does nothing for a profile that asks nobody. `state` is the container's.
 * Every later call of the task may have to wait for the agent. Throws when the agent cannot be reached.
 *
 * bunc fetches the listener itself: a task that sent it would need a profile that allows sendmsg(2).
 */
export function meetAgent(kernel: Kernel, task: Task, profile: LinuxSeccomp, state: object): void {
  // Closed in the task too: calls fail with ENOSYS, and do not wait for ever, when the agent has gone.
  using listener = installListener(task.sys, profile)
  if (listener === undefined) return
  using ours = kernel.here(pidfdGetfd(task.pidfd, listener.number))
  const { listenerPath, listenerMetadata } = profile
  const text = JSON.stringify({
    ociVersion: SPEC_VERSION,
    fds: ['seccompFd'],
    pid: task.pid,
    ...(listenerMetadata === '' ? {} : { metadata: listenerMetadata }),
    state,
  })
  sendDescriptor(kernel.here, listenerPath, { text, fd: ours, name: 'seccompFd' })
}
