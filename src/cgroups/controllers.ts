// Controllers of version 2: a cgroup has those that every cgroup above it hands down (cgroup.subtree_control). They are
// handed down when a cgroup is made, and when a limit finds its controller missing, this file finds out where it stops.

import { type Sys, tolerating } from '#ffi/call.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { failedWith, SyscallError } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { writeValue } from '#src/files.ts'
import type { Hierarchy } from './record.ts'
import { readValue, readValueIfThere, wordsOf } from './values.ts'

/**
 * Hands down every controller from the root of the hierarchy to a cgroup, as engines read figures of all of them. What
 * cannot be handed down is no error here: whoever needs it asks `whyMissing`.
 */
export function handDown(sys: Sys, { mount, path }: Hierarchy): void {
  const there = wordsOf(readValue(sys, `${path}/cgroup.controllers`))
  const missing = wordsOf(readValue(sys, `${mount}/cgroup.controllers`)).filter((name) => !there.includes(name))
  if (missing.length === 0) return
  for (const above of placesAbove(mount, path)) {
    // "No internal processes": it could hand down `cpu` and `pids`, and would turn itself and all below it into threads.
    if (holdsProcesses(sys, above)) break
    handDownFrom(sys, above, missing)
  }
  // Below a threaded cgroup a new one can hold no process until it is threaded, too (cgroups(7)).
  if (readValue(sys, `${path}/cgroup.type`) === 'domain invalid') writeValue(sys, `${path}/cgroup.type`, 'threaded')
}

/** The cgroups from the mount down to the parent of a path. */
function placesAbove(mount: string, path: string): readonly string[] {
  const names = path.slice(mount.length + 1).split('/')
  return names.map((_, depth) => [mount, ...names.slice(0, depth)].join('/'))
}

/** The true root is exempt; it alone has no type. The mount need not be the root, inside a container. */
function holdsProcesses(sys: Sys, dir: string): boolean {
  if (readValueIfThere(sys, `${dir}/cgroup.type`) === undefined) return false
  try {
    return (readValueIfThere(sys, `${dir}/cgroup.procs`) ?? '') !== ''
  } catch (error) {
    // It is threaded already.
    if (failedWith(error, 'EOPNOTSUPP')) return false
    throw error
  }
}

function handDownFrom(sys: Sys, dir: string, controllers: readonly string[]): void {
  // A cgroup of another user: nothing can be handed down from here, which whyMissing says when it matters.
  using control = sys(tolerating(openat('cwd', subtreeControl(dir), ['WRONLY']), 'EACCES', 'EROFS'))
  if (control.missing || tryWrite(sys, control, controllers)) return
  // One that is refused takes the others with it.
  for (const name of controllers) tryWrite(sys, control, [name])
}

function tryWrite(sys: Sys, control: Fd, controllers: readonly string[]): boolean {
  try {
    sys(put(control, controllers.map((name) => `+${name}`).join(' ')))
    return true
  } catch (error) {
    // Which errnos there are, and why: see `reason`.
    if (error instanceof SyscallError) return false
    throw error
  }
}

/** Why a cgroup lacks a controller, as the end of a sentence, and what would give it one, where that is known. */
export interface Missing {
  readonly reason: string
  readonly hint?: string
}

/** Takes a cgroup and a controller that it lacks, gives the reason. */
export function whyMissing(sys: Sys, { mount, path }: Hierarchy, controller: string): Missing {
  const offered = wordsOf(readValueIfThere(sys, `${mount}/cgroup.controllers`) ?? '')
  if (!offered.includes(controller))
    return {
      reason: `the controller "${controller}" is not available: "${mount}" offers ${list(offered)}`,
      hint: `/proc/cgroups tells what the kernel has: one that is switched off comes with "cgroup_enable=${controller}" on its command line, one of another hierarchy when that is unmounted`,
    }
  for (const above of placesAbove(mount, path)) {
    const handed = wordsOf(readValueIfThere(sys, subtreeControl(above)) ?? '')
    if (handed.includes(controller)) continue
    const { reason, hint } = whyKept(sys, above, controller)
    return {
      reason: `the controller "${controller}" is not available: "${above}" does not hand it down, ${reason}`,
      ...(hint === undefined ? {} : { hint }),
    }
  }
  return { reason: `the kernel has no such file for the controller "${controller}"` }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}

function whyKept(sys: Sys, dir: string, controller: string): Missing {
  const enable = `echo +${controller} > ${subtreeControl(dir)}`
  if (holdsProcesses(sys, dir))
    return {
      reason: 'as it holds processes itself',
      hint: `move them into a cgroup below it, then enable it with: ${enable}`,
    }
  try {
    // Once more, for the errno.
    writeValue(sys, subtreeControl(dir), `+${controller}`)
    return { reason: 'although it can' }
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM', 'EROFS'))
      return {
        reason: 'and it is not delegated to this user',
        hint: `root enables it with "Delegate=${controller}" below [Service] in "systemctl edit user@.service", or with: ${enable}`,
      }
    if (failedWith(error, 'EOPNOTSUPP', 'ENOENT')) return { reason: 'as it is, or lies below, a threaded cgroup' }
    if (failedWith(error, 'EINVAL'))
      return { reason: 'as the kernel refuses it there (real-time processes keep "cpu" back)' }
    throw error
  }
}

function subtreeControl(dir: string): string {
  return `${dir}/cgroup.subtree_control`
}
