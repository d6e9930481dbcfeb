// `linux.intelRdt`: shares of cache and memory bandwidth (resctrl, Documentation/filesystems/resctrl.rst). No cgroup, but
// much like one: a directory with the limits of the processes that are written to a file in it.

import { type Sys, tolerating } from '#ffi/call.ts'
import { mkdirat, unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { LinuxIntelRdt } from '#src/config/schema/intel-rdt.ts'
import { Failure } from '#src/failure.ts'
import { readText, readTextIfThere, statIfThere, writeValue } from '#src/files.ts'

/** Where the processes of a container are. Absolute paths. */
export interface ResctrlRecord {
  /** Its class of service, and in that its monitoring group if it has one: a process enters them in this order. */
  readonly groups: readonly string[]
  /** Those of them that were made for it and go with it. */
  readonly made: readonly string[]
}

/** Whether something that was read is a record. */
export function isResctrlRecord(value: unknown): value is ResctrlRecord {
  if (typeof value !== 'object' || value === null || !('groups' in value) || !('made' in value)) return false
  const arePaths = (paths: unknown) =>
    Array.isArray(paths) && paths.every((path) => typeof path === 'string' && path.startsWith('/'))
  return arePaths(value.groups) && arePaths(value.made)
}

/**
 * Makes the groups that a container asks for and sets their limits. Adds to `undo` what removes them. Throws a Failure
 * where the host has no resctrl, or no class of the name of one that is not described.
 */
export function makeResctrl(here: Sys, rdt: LinuxIntelRdt, id: string, undo: DisposableStack): ResctrlRecord {
  return doing('set linux.intelRdt', () => {
    const root = resctrlRoot(here)
    const group = rdt.closID === '/' ? root : `${root}/${rdt.closID || id}`
    const made: string[] = []
    undo.defer(() => removeResctrl(here, { groups: [], made }))
    const texts = schemataOf(rdt)
    // The specification: a class that is named and not described is one that the host has.
    if (rdt.closID !== '' && texts.length === 0) requireGroup(here, rdt.closID, group)
    else makeGroup(here, group, made)
    for (const text of texts) writeSchemata(here, root, group, text)
    if (!rdt.enableMonitoring) return { groups: [group], made }
    const monitoring = `${group}/mon_groups/${id}`
    makeGroup(here, monitoring, made)
    return { groups: [group, monitoring], made }
  })
}

/** The shares that can be changed while a container runs. */
export type ResctrlChange = Pick<LinuxIntelRdt, 'l3CacheSchema' | 'memBwSchema'>

/** Changes the shares of the class of service that a container is in. */
export function changeResctrl(here: Sys, { groups: [group = ''] }: ResctrlRecord, change: ResctrlChange): void {
  doing('set linux.intelRdt', () => {
    const root = resctrlRoot(here)
    for (const text of schemataOf({ ...change, schemata: [] })) writeSchemata(here, root, group, text)
  })
}

/** Puts a process into the groups of its container. */
export function joinResctrl(here: Sys, { groups }: ResctrlRecord, pid: number): void {
  for (const group of groups)
    doing(`join the resctrl group "${group}"`, () => writeValue(here, `${group}/tasks`, String(pid)))
}

/** Removes the groups that were made for a container; what is not there is no error. */
export function removeResctrl(here: Sys, { made }: ResctrlRecord): void {
  for (const group of made.toReversed())
    doing(`remove the resctrl group "${group}"`, () =>
      here(tolerating(unlinkat('cwd', group, ['REMOVEDIR']), 'ENOENT')),
    )
}

/** Where resctrl is mounted. */
function resctrlRoot(here: Sys): string {
  for (const line of readText(here, '/proc/self/mountinfo').split('\n'))
    if (line.includes(' - resctrl ')) return line.split(' ')[4] ?? ''
  throw new Failure('no resctrl file system is mounted', 'mount -t resctrl resctrl /sys/fs/resctrl, if the CPU has it')
}

function requireGroup(here: Sys, closID: string, group: string): void {
  if (statIfThere(here, group) === undefined)
    throw new Failure(
      `there is no class of service "${closID}"`,
      'a class that linux.intelRdt does not describe must exist before',
    )
}

/** Makes a directory unless it is there, and notes that it did. */
function makeGroup(here: Sys, group: string, made: string[]): void {
  if (statIfThere(here, group) !== undefined) return
  here(mkdirat('cwd', group, 0o755))
  made.push(group)
}

/**
 * What is written to `schemata`, in this order: `schemata` overrides the other two, and the kernel takes one line for each
 * resource at a time. A line for bandwidth in `l3CacheSchema` gives way to `memBwSchema`.
 */
function schemataOf({
  l3CacheSchema,
  memBwSchema,
  schemata,
}: ResctrlChange & Pick<LinuxIntelRdt, 'schemata'>): string[] {
  const cache = l3CacheSchema.split('\n').filter((line) => memBwSchema === '' || !line.startsWith('MB:'))
  const both = [...cache, memBwSchema].filter((line) => line !== '')
  return [both, schemata].flatMap((lines) => (lines.length === 0 ? [] : [`${lines.join('\n')}\n`]))
}

function writeSchemata(here: Sys, root: string, group: string, text: string): void {
  doing(`write ${JSON.stringify(text)} to "${group}/schemata"`, () => {
    try {
      writeValue(here, `${group}/schemata`, text)
    } catch (error) {
      if (!failedWith(error, 'EINVAL')) throw error
      // The kernel has more to say than an errno.
      throw new Failure(readTextIfThere(here, `${root}/info/last_cmd_status`)?.trim() || 'invalid argument')
    }
  })
}
