// Follows a container: its figures at intervals, and a word whenever it runs out of memory.

import { poll } from '#ffi/calls/descriptor.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { readStats, type Stats } from '#src/cgroups/stats/stats.ts'
import { openProcess } from '#src/container/status.ts'
import { find, type Known } from '#src/container/store.ts'
import { Failure } from '#src/failure.ts'
import { watchOom } from './oom.ts'

/** What is told of a container; runc's words. */
export type Event =
  { readonly type: 'stats'; readonly id: string; readonly data: Stats } | { readonly type: 'oom'; readonly id: string }

/** Which container, and who is told. */
export interface EventsOptions {
  readonly store: string
  readonly id: string
  readonly tell: (event: Event) => void
}

/** Tells the figures once. Throws a Failure unless the container is created, running or paused. */
export function stats({ here }: Kernel, { store, id, tell }: EventsOptions): void {
  doing(`read the figures of container "${id}"`, () => {
    const { known, pidfd } = alive(here, store, id)
    using _ = pidfd
    tell({ type: 'stats', id, data: readStats(here, known.state.cgroup) })
  })
}

/** Tells the figures every so many milliseconds, and events when they happen, until the container has stopped. */
export function follow({ here }: Kernel, interval: number, { store, id, tell }: EventsOptions): void {
  doing(`follow container "${id}"`, () => {
    const { known, pidfd } = alive(here, store, id)
    using open = new DisposableStack()
    open.use(pidfd)
    const oom = watchOom(here, known.state.cgroup, open)
    for (let next = performance.now() + interval; ;) {
      const waiting = [{ fd: pidfd, for: ['IN'] as const }, ...(oom === undefined ? [] : [oom.waiting])]
      const [ended = false] = here(poll(waiting, Math.max(0, Math.ceil(next - performance.now()))))
      if (oom?.seen() === true) tell({ type: 'oom', id })
      if (ended) return
      if (performance.now() < next) continue
      tell({ type: 'stats', id, data: readStats(here, known.state.cgroup) })
      // Not from the time of this one: a slow reader must not be told ever later.
      next = Math.max(next + interval, performance.now())
    }
  })
}

/** A container whose first process is there, as a pidfd of the caller's. */
function alive(here: Kernel['here'], store: string, id: string): { known: Known; pidfd: Fd } {
  const known = find(here, store, id)
  const pidfd = openProcess(here, known.state)
  if (pidfd === undefined) throw new Failure('container not running')
  return { known, pidfd }
}
