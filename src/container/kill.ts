// Signals a container.

import { type Sys, tolerating } from '#ffi/call.ts'
import { pidfdSendSignal, signalNumber } from '#ffi/calls/signal.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { isFrozen, thaw } from '#src/cgroups/freezer.ts'
import { killAll } from '#src/cgroups/processes.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { Failure } from '#src/failure.ts'
import { openProcess } from './status.ts'
import { find, type Known } from './store.ts'

/** Which container, which signal (by name or number), and whether all of its processes are meant. */
export interface KillOptions {
  readonly store: string
  readonly id: string
  readonly signal: string
  readonly all: boolean
}

/** Sends a signal to a container. Engines look for the text "container not running". */
export function kill({ here }: Kernel, { store, id, signal, all }: KillOptions): void {
  doing(`signal container "${id}"`, () => {
    const number = signalNumber(signal)
    if (number === undefined) throw new Failure(`unknown signal "${signal}"`)
    const known = find(here, store, id)
    using pidfd = openProcess(here, known.state)
    if (all && number === SIGNAL.SIGKILL) killAll(here, known.state.cgroup)
    if (pidfd === undefined) {
      // Whoever asks for all of them wants none to be left, which is so.
      if (all) return
      throw new Failure('container not running')
    }
    // Without a pid namespace of its own, the death of the first process ends no other one.
    const each = number === SIGNAL.SIGKILL && !known.state.pidNamespace
    if (each) killAll(here, known.state.cgroup)
    try {
      here(pidfdSendSignal(pidfd, number))
    } catch (error) {
      if (failedWith(error, 'ESRCH') && !all && !each) throw new Failure('container not running')
      if (!failedWith(error, 'ESRCH')) throw error
    }
    // A frozen process of cgroup v1 does not even die.
    if (number === SIGNAL.SIGKILL && isFrozen(here, known.state.cgroup)) thaw(here, known.state.cgroup)
  })
}

/** Ends every process of a container; those that are gone already are no error. */
export function killContainer(here: Sys, { state }: Known): void {
  using pidfd = openProcess(here, state)
  killProcesses(here, state.cgroup, pidfd)
}

/** As `killContainer`. Takes its cgroup, and its first process unless that is gone. */
export function killProcesses(here: Sys, cgroup: CgroupRecord, pidfd: Fd | undefined): void {
  if (pidfd !== undefined) here(tolerating(pidfdSendSignal(pidfd, SIGNAL.SIGKILL), 'ESRCH'))
  killAll(here, cgroup)
}
