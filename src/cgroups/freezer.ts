// Stops all processes of a cgroup where they are, and lets them go on: freezer.state of version 1, cgroup.freeze of
// version 2. A hybrid host has both; that of version 1 is used there, which is where others look.

import type { Sys } from '#ffi/call.ts'
import { poll } from '#ffi/calls/descriptor.ts'
import { openat, seek } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { Failure } from '#src/failure.ts'
import { writeValue } from '#src/files.ts'
import { type CgroupRecord, type Hierarchy, legacyOf, unifiedOf } from './record.ts'
import { fieldOf, pause, readOpen, readValue, readValueIfThere, writeValueIfThere } from './values.ts'

/** Freezes a container and waits until every process stands still. Throws a Failure, and thaws, when one does not. */
export function freeze(sys: Sys, record: CgroupRecord): void {
  doing('freeze the cgroup', () => {
    if (record.driver === 'disabled') throw new Failure('the container has none')
    const freezer = freezerOf(record)
    if (freezer === undefined)
      throw new Failure('the container has none that can be frozen', 'mount the "freezer" controller of cgroup v1')
    if (freezer.version === 1 ? freezeLegacy(sys, freezer.path) : freezeUnified(sys, freezer.path)) return
    thaw(sys, record)
    throw new Failure(`processes still run after ${PATIENCE_MS / 1000} s; one may be waiting for a device or a server`)
  })
}

/** Lets the processes of a container go on. A cgroup that is gone, or cannot be frozen, is no error. */
export function thaw(sys: Sys, record: CgroupRecord): void {
  doing('thaw the cgroup', () => {
    const freezer = freezerOf(record)
    if (freezer === undefined) return
    const [file, value] = freezer.version === 1 ? ['freezer.state', 'THAWED'] : ['cgroup.freeze', '0']
    writeValueIfThere(sys, `${freezer.path}/${file}`, value)
  })
}

/** Whether a container was frozen, or is being frozen, by itself and not only with a cgroup above it. */
export function isFrozen(sys: Sys, record: CgroupRecord): boolean {
  const freezer = freezerOf(record)
  if (freezer === undefined) return false
  const file = freezer.version === 1 ? 'freezer.self_freezing' : 'cgroup.freeze'
  return readValueIfThere(sys, `${freezer.path}/${file}`) === '1'
}

function freezerOf(record: CgroupRecord): Hierarchy | undefined {
  return legacyOf(record, 'freezer') ?? unifiedOf(record)
}

const PATIENCE_MS = 10_000
const LONGEST_WAIT_MS = 32

/**
 * Version 1 says FREEZING until all have stopped, and can stay there for good when a process came in meanwhile; it looks
 * for those when it is told again.
 */
function freezeLegacy(sys: Sys, path: string): boolean {
  for (let wait = 1, waited = 0; waited < PATIENCE_MS; waited += wait, wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    writeValue(sys, `${path}/freezer.state`, 'FROZEN')
    if (readValue(sys, `${path}/freezer.state`) === 'FROZEN') return true
    pause(sys, wait)
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
