// Hears of it when a container runs out of memory. Version 1 signals an eventfd (memory.txt, "OOM Control"); in version 2
// memory.events becomes ready for poll(2) when one of its figures changes (cgroups(7)).

import { type Sys, tolerating } from '#ffi/call.ts'
import { eventfd, type Waiting } from '#ffi/calls/descriptor.ts'
import { openat, pread, read } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from '#src/cgroups/record.ts'
import { fieldOf } from '#src/cgroups/values.ts'
import { statIfThere, writeValue } from '#src/files.ts'

/** A watch over a container's memory. */
export interface OomWatch {
  /** What to poll for. */
  readonly waiting: Waiting
  /** Whether memory has run out since this was asked last. Does not wait. */
  seen(): boolean
}

/** Begins to watch; adds what it opens to `open`. Gives undefined where memory is not counted. */
export function watchOom(sys: Sys, record: CgroupRecord, open: DisposableStack): OomWatch | undefined {
  const legacy = legacyOf(record, 'memory')
  if (legacy !== undefined) return watchLegacy(sys, legacy.path, open)
  const unified = unifiedOf(record)
  return unified === undefined ? undefined : watchUnified(sys, unified.path, open)
}

function watchLegacy(sys: Sys, path: string, open: DisposableStack): OomWatch | undefined {
  const control = open.use(sys(tolerating(openat('cwd', `${path}/memory.oom_control`, ['RDONLY']), 'ENOENT')))
  if (control.missing) return undefined
  const events = open.use(sys(eventfd(['CLOEXEC', 'NONBLOCK'])))
  writeValue(sys, `${path}/cgroup.event_control`, `${events.number} ${control.number}`)
  return {
    waiting: { fd: events, for: ['IN'] },
    seen: () => {
      const counted = sys(tolerating(read(events, COUNTER), 'EAGAIN'))
      // The end of the cgroup is signalled, too.
      return counted !== undefined && statIfThere(sys, `${path}/memory.oom_control`) !== undefined
    },
  }
}

/** An eventfd is read as 64 bits. */
const COUNTER = 8

function watchUnified(sys: Sys, path: string, open: DisposableStack): OomWatch | undefined {
  const events = open.use(sys(tolerating(openat('cwd', `${path}/memory.events`, ['RDONLY']), 'ENOENT')))
  if (events.missing) return undefined
  let kills = killsIn(sys, events)
  return {
    // Readable it is at all times; what is waited for is reported as an error.
    waiting: { fd: events, for: ['ERR'] },
    seen: () => {
      const before = kills
      kills = killsIn(sys, events) ?? before
      return kills !== before
    },
  }
}

const PAGE = 4096

/** How many processes the OOM killer has ended, below as well; undefined when the cgroup is gone. */
function killsIn(sys: Sys, events: Fd): string | undefined {
  const bytes = sys(tolerating(pread(events, PAGE, 0), 'ENODEV'))
  return bytes === undefined ? undefined : fieldOf(decodeText(bytes), 'oom_kill')?.trim()
}
