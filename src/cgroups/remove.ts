// Takes a container's cgroup away, with those that the container has made below it. Processes are not ended here.

import { type Sys, tolerating } from '#ffi/call.ts'
import { unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { Failure } from '#src/failure.ts'
import { childrenOf, processesBelow } from './processes.ts'
import type { CgroupRecord } from './record.ts'
import { stopUnit } from './systemd/units.ts'
import { pause } from './values.ts'

const PATIENCE_MS = 10_000
const LONGEST_WAIT_MS = 64

/**
 * Removes the cgroup from every hierarchy; what is not there is no error. Waits for processes that are about to end, ten
 * seconds at most: one leaves its cgroup a little after it is seen to be dead, and until then rmdir(2) fails with EBUSY.
 * Throws a Failure that names those that stay, after it has removed what it can. A unit of systemd is stopped first.
 */
export function remove(sys: Sys, { hierarchies, unit }: CgroupRecord): void {
  if (unit !== undefined) stopUnit(unit)
  let left = hierarchies.map(({ path }) => path)
  for (let wait = 1, waited = 0; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    left = left.filter((path) => !doing(`remove the cgroup "${path}"`, () => tryRemove(sys, path)))
    const [first] = left
    if (first === undefined) return
    if (waited >= PATIENCE_MS) doing(`remove the cgroup "${first}"`, () => complain(sys, first))
    pause(sys, wait)
    waited += wait
  }
}

function complain(sys: Sys, path: string): never {
  const pids = processesBelow(sys, path)
  throw new Failure(pids.length === 0 ? 'it stays busy' : `it still holds the processes ${pids.join(', ')}`)
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
