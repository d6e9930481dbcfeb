// Makes a container's cgroup: its directory in every hierarchy, ready to take processes. One that others use is refused,
// and what was made before something failed is taken away again.

import { type Sys, tolerating } from '#ffi/call.ts'
import { mkdirat, unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { Failure } from '#src/failure.ts'
import { makeDirectories, writeValue } from '#src/files.ts'
import { handDown } from './controllers.ts'
import { processesBelow } from './processes.ts'
import type { CgroupRecord, Hierarchy } from './record.ts'
import { fieldOf, readValue, readValueIfThere } from './values.ts'

/**
 * Makes the cgroup and gives it as it was made. With `optional` a hierarchy in which the caller may make nothing is left
 * out: a user without privilege can still have a container, as long as nothing in it is to be limited.
 */
export function make(sys: Sys, record: CgroupRecord, { optional = false } = {}): CgroupRecord {
  using made = new DisposableStack()
  const hybrid = record.hierarchies.length > 1
  const hierarchies = record.hierarchies.filter((hierarchy) => {
    try {
      doing(`make the cgroup "${hierarchy.path}"`, () => makeOne(sys, hierarchy, { hybrid, made }))
      return true
    } catch (error) {
      if (optional && failedWith(error, 'EACCES', 'EPERM', 'EROFS')) return false
      throw error
    }
  })
  made.move()
  return { ...record, hierarchies }
}

/** Makes ready for a process what systemd has made of a cgroup, and makes the rest of it. */
export function prepare(sys: Sys, { hierarchies }: CgroupRecord): void {
  const hybrid = hierarchies.length > 1
  for (const hierarchy of hierarchies)
    doing(`make the cgroup "${hierarchy.path}"`, () => {
      makeDirectory(sys, hierarchy.path)
      equip(sys, hierarchy, hybrid)
    })
}

function makeOne(sys: Sys, hierarchy: Hierarchy, { hybrid, made }: { hybrid: boolean; made: DisposableStack }): void {
  const { path } = hierarchy
  if (makeDirectory(sys, path))
    made.defer(() => sys(tolerating(unlinkat('cwd', path, ['REMOVEDIR']), 'EBUSY', 'ENOENT')))
  else refuseUsed(sys, hierarchy)
  equip(sys, hierarchy, hybrid)
}

function equip(sys: Sys, hierarchy: Hierarchy, hybrid: boolean): void {
  const { version, controllers, mount, path } = hierarchy
  // Beside version 1 the controllers that are left over are seldom wanted; the limit that wants one hands it down.
  if (version === 2 && !hybrid) handDown(sys, hierarchy)
  if (controllers.includes('cpuset')) for (const file of CPUSET_FILES) fillFromAbove(sys, { mount, path, file })
}

const MODE = 0o755

/** Makes a directory and those above it; gives whether it was not there before. */
function makeDirectory(sys: Sys, path: string): boolean {
  try {
    sys(mkdirat('cwd', path, MODE))
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    if (!failedWith(error, 'ENOENT')) throw error
  }
  makeDirectories(sys, path.slice(0, path.lastIndexOf('/')), MODE)
  sys(mkdirat('cwd', path, MODE))
  return true
}

/** Processes that are already there would get the container's limits, and would be killed with it. */
function refuseUsed(sys: Sys, { version, path }: Hierarchy): void {
  const events = version === 2 ? readValue(sys, `${path}/cgroup.events`) : ''
  const used = version === 2 ? fieldOf(events, 'populated') !== '0' : processesBelow(sys, path).length > 0
  if (used)
    throw new Failure('it is there already and holds processes', 'another container may have the same cgroupsPath')
  // Nothing would ever run in it.
  const frozen =
    fieldOf(events, 'frozen') === '1' || (readValueIfThere(sys, `${path}/freezer.state`) ?? 'THAWED') !== 'THAWED'
  if (frozen) throw new Failure('it is there already and is frozen')
}

const CPUSET_FILES = ['cpuset.cpus', 'cpuset.mems']

/** A new cpuset of version 1 has no CPUs and no memory nodes, and takes no process until it has (cpuset(7)). */
function fillFromAbove(sys: Sys, { mount, path, file }: { mount: string; path: string; file: string }): string {
  const own = readValue(sys, `${path}/${file}`)
  if (own !== '' || path === mount) return own
  const above = fillFromAbove(sys, { mount, path: path.slice(0, path.lastIndexOf('/')), file })
  writeValue(sys, `${path}/${file}`, above)
  return above
}
