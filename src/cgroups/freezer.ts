// Stops all processes of a cgroup where they are, and lets them go on: freezer.state of version 1, cgroup.freeze of
// version 2. A hybrid host has both; that of version 1 is used there, which is where others look.

import { type Sys, tolerating } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { openat, put, seek } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { Failure } from '#src/failure.ts'
import { writeValue } from '#src/files.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from './record.ts'
import { fieldOf, pause, readOpen, readValue, readValueIfThere } from './values.ts'

/** Freezes a container and waits until every process stands still. Throws a Failure, and thaws, when one does not. */
export function freeze(sys: Sys, record: CgroupRecord): void {
  doing('freeze the cgroup', () => {
    const { legacy, unified } = freezersOf(record)
    const stopped = legacy === undefined ? freezeUnified(sys, unified) : freezeLegacy(sys, legacy)
    if (stopped) return
    thaw(sys, record)
    throw new Failure(`processes still run after ${PATIENCE_MS / 1000} s; one may be waiting for a device or a server`)
  })
}

/** Lets the processes of a container go on. A cgroup that is gone is no error. */
export function thaw(sys: Sys, record: CgroupRecord): void {
  doing('thaw the cgroup', () => {
    const { legacy, unified } = freezersOf(record)
    const path = legacy === undefined ? `${unified}/cgroup.freeze` : `${legacy}/freezer.state`
    using file = sys(tolerating(openat('cwd', path, ['WRONLY']), 'ENOENT'))
    if (!file.missing) sys(tolerating(put(file, legacy === undefined ? '0' : 'THAWED'), 'ENODEV'))
  })
}

/** Whether a container was frozen, or is being frozen, by itself and not only with a cgroup above it. */
export function isFrozen(sys: Sys, record: CgroupRecord): boolean {
  if (record.hierarchies.length === 0) return false
  const { legacy, unified } = freezersOf(record)
  const path = legacy === undefined ? `${unified}/cgroup.freeze` : `${legacy}/freezer.self_freezing`
  return readValueIfThere(sys, path) === '1'
}

/** Does something while the processes stand still, or as well as it can where they cannot be stopped. */
export function frozenWhile(sys: Sys, record: CgroupRecord, act: () => void): void {
  try {
    freeze(sys, record)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
  act()
  thaw(sys, record)
}

interface Freezers {
  readonly legacy: string | undefined
  readonly unified: string
}

function freezersOf(record: CgroupRecord): Freezers {
  const legacy = legacyOf(record, 'freezer')?.path
  const unified = unifiedOf(record)?.path
  if (legacy === undefined && unified === undefined)
    throw new Failure('the container has no cgroup that can be frozen', 'mount the "freezer" controller of cgroup v1')
  return { legacy, unified: unified ?? '' }
}

const PATIENCE_MS = 10_000
const LEGACY_STEP_MS = 1

/**
 * Version 1 says FREEZING until all have stopped, and can stay there for good when a process came in meanwhile; it looks
 * for those when it is told again.
 */
function freezeLegacy(sys: Sys, path: string): boolean {
  for (let waited = 0; waited < PATIENCE_MS; waited += LEGACY_STEP_MS) {
    writeValue(sys, `${path}/freezer.state`, 'FROZEN')
    if (readValue(sys, `${path}/freezer.state`) === 'FROZEN') return true
    pause(sys, LEGACY_STEP_MS)
  }
  return false
}

/** A change of cgroup.events wakes whoever polls it, as an error condition. */
function freezeUnified(sys: Sys, path: string): boolean {
  using events = sys(openat('cwd', `${path}/cgroup.events`, ['RDONLY']))
  writeValue(sys, `${path}/cgroup.freeze`, '1')
  for (let woken = true; woken;) {
    if (fieldOf(readOpen(sys, events), 'frozen') === '1') return true
    sys(seek(events, 0))
    woken = sys(poll([{ fd: events, for: ['ERR'] }], PATIENCE_MS))[0] ?? false
  }
  return false
}
