// Where a container's cgroup will be: `linux.cgroupsPath` (config-linux.md#cgroups-path) made into one path for each
// hierarchy. Makes nothing.

import type { Sys } from '#ffi/call.ts'
import { Failure } from '#src/failure.ts'
import { readText, statIfThere } from '#src/files.ts'
import { detectLayout, type Layout, type Mounted, TOP } from './layout.ts'
import type { CgroupDriver, CgroupRecord, Hierarchy } from './record.ts'
import { placeOf, unitFor } from './systemd/unit.ts'

/** What a container asks for. */
export interface Wanted {
  /** As in the config; empty when the config leaves it to the runtime. */
  readonly path: string
  readonly id: string
  readonly driver: CgroupDriver
  /** Whether a container without cgroup will do. */
  readonly optional?: boolean
  /** The cgroup of the user's own systemd, where it is that one which makes the unit. */
  readonly usersRoot?: string | undefined
}

/**
 * Plans the cgroup. An absolute path is meant from the root of every hierarchy, `..` does not lead out of it. Another one,
 * or the id in its place, is meant from where the caller is: version 2 puts it beside the caller's cgroup, as one that
 * holds processes cannot have children with controllers; version 1 below it, where the caller's own limits still count.
 */
export function plan(sys: Sys, wanted: Wanted): CgroupRecord {
  const { driver, path, id } = wanted
  if (driver === 'disabled') return { driver, hierarchies: [] }
  const layout = detectLayout(sys)
  if (layout.length === 0 && wanted.optional) return { driver, hierarchies: [] }
  if (layout.length === 0)
    throw new Failure(`no cgroup file system is mounted on or below "${TOP}"`, `mount -t cgroup2 cgroup2 ${TOP}`)
  if (driver === 'systemd') return planUnit(sys, wanted, layout)
  const inner = cleaned(path === '' ? id : path)
  if (inner === '') throw new Failure(`linux.cgroupsPath "${path}" is the root cgroup, which belongs to everyone`)
  if (path.startsWith('/')) return { driver, hierarchies: layout.map((mounted) => placed(mounted, inner)) }
  const own = ownCgroups(sys)
  const hierarchies = layout.map((mounted) => {
    const place = callersPlace(mounted, own)
    const above = mounted.version === 2 ? place.slice(0, Math.max(0, place.lastIndexOf('/'))) : place
    return placed(mounted, `${above}${inner}`)
  })
  return { driver, hierarchies }
}

/** systemd decides where its units are, so the same place in every hierarchy is known before the unit is there. */
function planUnit(sys: Sys, { path, id, driver, usersRoot }: Wanted, layout: Layout): CgroupRecord {
  if (statIfThere(sys, '/run/systemd/system') === undefined)
    throw new Failure('systemd does not run this host', 'use the cgroupfs driver, here and in the engine')
  if (usersRoot !== undefined && layout.some(({ version }) => version === 1))
    throw new Failure('on a host with cgroup v1, systemd makes none for users', 'use the cgroupfs driver')
  const unit = unitFor(path, id, usersRoot !== undefined)
  const place = `${usersRoot === undefined ? systemdsRoot(sys) : cleaned(usersRoot)}${placeOf(unit)}`
  return { driver, unit, hierarchies: layout.map((mounted) => placed(mounted, seenFrom(mounted, place))) }
}

/** systemd itself is in init.scope, below the root of all of its units: that is not "/" where systemd is in a container. */
function systemdsRoot(sys: Sys): string {
  const own = parseOwn(readText(sys, '/proc/1/cgroup'))
  return cleaned((own.get('name=systemd') ?? own.get('') ?? '').replace(/\/init\.scope$/, ''))
}

/** The cgroup that the caller is in: that of a container which has none of its own. */
export function callersCgroup(sys: Sys): CgroupRecord {
  const own = ownCgroups(sys)
  const hierarchies = detectLayout(sys).map((mounted) => placed(mounted, callersPlace(mounted, own)))
  return { driver: 'disabled', hierarchies }
}

function placed({ version, controllers, mount }: Mounted, place: string): Hierarchy {
  return { version, controllers, mount, path: `${mount}${place}` }
}

/** The way from the mount to the caller's own cgroup, as `/a/b`; empty when it is the mount, or out of its sight. */
function callersPlace(mounted: Mounted, own: ReadonlyMap<string, string>): string {
  return seenFrom(mounted, cleaned(own.get(mounted.controllers[0] ?? '') ?? '/'))
}

/** Takes a cgroup of a hierarchy as `/a/b`, gives the way to it from where the hierarchy is mounted. */
function seenFrom({ root }: Mounted, path: string): string {
  const top = cleaned(root)
  return path === top || path.startsWith(`${top}/`) ? path.slice(top.length) : ''
}

/** The caller's cgroup for each controller, by its name; that of version 2 has the empty name (cgroups(7)). */
function ownCgroups(sys: Sys): ReadonlyMap<string, string> {
  return parseOwn(readText(sys, '/proc/self/cgroup'))
}

/** Takes the text of /proc/PID/cgroup, gives the path for each controller. */
export function parseOwn(text: string): ReadonlyMap<string, string> {
  const own = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, controllers, ...path] = line.split(':')
    // A path may contain colons itself.
    for (const name of controllers?.split(',') ?? []) own.set(name, path.join(':'))
  }
  return own
}

/** Takes a path, gives it as `/a/b` without `.` and `..`, which at the top lead nowhere; empty for the top itself. */
export function cleaned(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return names.map((name) => `/${name}`).join('')
}
