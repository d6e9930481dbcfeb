// Takes a container's cgroup away, with those that the container has made below it. Processes are not ended here.

import { type Sys, tolerating } from '#ffi/call.ts'
import { unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { Failure } from '#src/failure.ts'
import { childrenOf, processesBelow } from './processes.ts'
import type { CgroupRecord } from './record.ts'
import { pause } from './values.ts'

/**
 * Removes the cgroup from every hierarchy; what is not there is no error. Waits for processes that are about to end, two
 * seconds at most. Throws a Failure that names those that stay, after it has removed what it can.
 */
export function remove(sys: Sys, { hierarchies }: CgroupRecord): void {
  const failures = hierarchies.flatMap(({ path }) => {
    try {
      doing(`remove the cgroup "${path}"`, () => removeOne(sys, path))
      return []
    } catch (error) {
      return [error]
    }
  })
  if (failures.length > 0) throw failures[0]
}

const PATIENCE_MS = 2_000

/** A process leaves its cgroup a little after it is seen to be dead; until then rmdir(2) fails with EBUSY. */
function removeOne(sys: Sys, path: string): void {
  for (let wait = 0, waited = 0; ; wait = Math.min(wait * 2 || 1, 64)) {
    pauseUnlessFirst(sys, wait)
    if (tryRemove(sys, path)) return
    waited += wait
    if (waited < PATIENCE_MS) continue
    const pids = processesBelow(sys, path)
    throw new Failure(pids.length === 0 ? 'it stays busy' : `it still holds the processes ${pids.join(', ')}`)
  }
}

function pauseUnlessFirst(sys: Sys, wait: number): void {
  if (wait > 0) pause(sys, wait)
}

/** Gives whether the directory is gone. */
function tryRemove(sys: Sys, path: string): boolean {
  try {
    sys(tolerating(unlinkat('cwd', path, ['REMOVEDIR']), 'ENOENT'))
    return true
  } catch (error) {
    if (!failedWith(error, 'EBUSY')) throw error
  }
  // Only now: a cgroup that has children is rare, and to look for them costs more than to try.
  const children = childrenOf(sys, path)
  if (children.length === 0 || !children.every((child) => tryRemove(sys, child))) return false
  return tryRemove(sys, path)
}
