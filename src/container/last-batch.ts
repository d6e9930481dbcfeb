// The end of a task: it waits for `start`, puts the last restrictions on, and executes the program. All of it is one
// batch that is handed over and not waited for: bunc is gone by then.

import { setCloseOnExec } from '#ffi/calls/descriptor.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { setParentDeathSignal } from '#ffi/calls/process.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Child, Task } from '#ffi/perform/kernel.ts'
import { dropLast } from '#src/process/identity.ts'
import { queueExec } from '#src/process/release.ts'
import { installFilter } from '#src/security/filter.ts'
import type { Identified } from './identify.ts'
import { stateInTheMaking, statePart } from './lifecycle-hooks.ts'
import { meetAgent } from './seccomp-agent.ts'
import type { Site } from './site.ts'
import { READY } from './state.ts'

/**
 * Lets a task go: it waits for `start` and then becomes the program. `procfs` is open in the task, which reaches the fifo
 * by it, whatever its root shows. If anything fails after `start`, the reader of the fifo is told.
 */
export function letGo(site: Site, task: Task, ready: Identified & { procfs: Fd }): Child {
  const { kernel, fifo, config, options } = site
  const { seccomp } = config.linux
  const { sys } = task
  for (let i = 0; i < options.preserveFds; i++) sys(setCloseOnExec(task.standard(3 + i), []))
  sys(setParentDeathSignal('none'))
  // Confirmed before bunc may end: it would take the container along.
  sys.flush()
  // As late as bunc is there to do it: the agent is asked about what follows.
  if (seccomp !== undefined) meetAgent(kernel, task, seccomp, statePart(stateInTheMaking(site), 'creating', task.pid))
  const opened = sys(openat(ready.procfs, `self/fd/${fifo.number}`, ['WRONLY']))
  sys(put(opened, READY))
  if (seccomp !== undefined) installFilter(sys, seccomp)
  dropLast(sys, ready.identity)
  queueExec(sys, ready.execution)
  return task.become(opened)
}
