// Which hierarchies of cgroups the host has: version 2 alone, those of version 1, or both side by side. A host of version 2
// is recognised by one file system and three calls; only others have their mounts read. Knows no container.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstatfs, MAGIC, openat } from '#ffi/calls/file.ts'
import { readText } from '#src/files.ts'

/** Where every distribution mounts cgroups; systemd knows no other place. */
export const TOP = '/sys/fs/cgroup'

/** A mounted hierarchy. */
export interface Mounted {
  readonly version: 1 | 2
  /** Of version 1: the controllers, and `name=…`. Empty for version 2, whose controllers vary from cgroup to cgroup. */
  readonly controllers: readonly string[]
  readonly mount: string
  /** Which cgroup of the hierarchy appears at `mount`: not the topmost inside a container without a cgroup namespace. */
  readonly root: string
}

/** All hierarchies of the host; none where nothing is mounted. */
export type Layout = readonly Mounted[]

/** Finds out the layout. */
export function detectLayout(sys: Sys): Layout {
  using top = sys(tolerating(openat('cwd', TOP, ['PATH', 'DIRECTORY']), 'ENOENT'))
  if (!top.missing && sys(fstatfs(top)).magic === MAGIC.cgroup2)
    return [{ version: 2, controllers: [], mount: TOP, root: '/' }]
  return parseLayout(readText(sys, '/proc/self/mountinfo'))
}

/** Takes the text of /proc/self/mountinfo (proc(5)), gives the hierarchies below /sys/fs/cgroup, each once. */
export function parseLayout(mountinfo: string): Layout {
  const found = new Map<string, Mounted>()
  // Mounts elsewhere neither are hierarchies of the host nor cover one: of those a host with containers has many.
  const near = mountinfo.split('\n').flatMap((line) => {
    const place = placeOf(line)
    return isAtOrBelow(TOP, place.mount) || isAtOrBelow(place.mount, TOP) ? [{ line, place }] : []
  })
  const places = near.map(({ place }) => place)
  for (const { line, place } of near) {
    const [, source] = line.split(' - cgroup')
    if (source === undefined || !place.mount.startsWith(`${TOP}/`)) continue
    const mounted = parseMount(place, source)
    const key = mounted.controllers.join()
    // Containers mount their own views of the same hierarchies elsewhere, and some of those are seen by the host.
    if (!found.has(key) && !isCovered(places, place)) found.set(key, mounted)
  }
  return [...found.values()]
}

/** Where a mount is: itself, and the mount that it is on, by their ids; what of its file system is there, and at which path. */
interface Place {
  readonly id: string
  readonly parent: string
  readonly root: string
  readonly mount: string
}

function placeOf(line: string): Place {
  const [id = '', parent = '', , root = '', mount = ''] = line.split(' ', 5)
  return { id, parent, root: unescaped(root), mount: unescaped(mount) }
}

/**
 * Whether a path leads elsewhere than to the mount that is there: another one was made on top of it, or above it. What is
 * made in that one is no cgroup.
 */
function isCovered(places: readonly Place[], place: Place): boolean {
  if (places.some(({ parent, mount }) => parent === place.id && mount === place.mount)) return true
  for (let below = place; ;) {
    const { parent, mount } = below
    // Mounted on the same mount and not below it, it came later.
    if (places.some((other) => other !== below && other.parent === parent && isAtOrBelow(mount, other.mount)))
      return true
    const above = places.find(({ id }) => id === parent)
    if (above === undefined || above === below) return false
    below = above
  }
}

function isAtOrBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top.endsWith('/') ? top : `${top}/`)
}

/** What may stand among the options of a hierarchy without being a controller of it. */
const OPTIONS = /^(rw|ro|none|xattr|noprefix|clone_children|cpuset_v2_mode|(no)?favordynmods|release_agent=.*)$/

function parseMount({ root, mount }: Place, source: string): Mounted {
  const version = source.startsWith('2 ') ? 2 : 1
  const options = source.split(' ').at(-1)?.split(',') ?? []
  const controllers = version === 2 ? [] : options.filter((option) => !OPTIONS.test(option))
  return { version, controllers, mount, root }
}

/** Spaces and the like stand in mountinfo as octal numbers. */
function unescaped(field: string): string {
  if (!field.includes('\\')) return field
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
