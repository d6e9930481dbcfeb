// What is remembered of a container's cgroup: its directory in each hierarchy, as plain data that fits into state.json.
// Later commands go by it alone and never look for mounts again. Knows paths, reads and writes nothing.

/** Who makes the cgroup: bunc by itself, systemd on its behalf, or nobody. */
export type CgroupDriver = (typeof DRIVERS)[number]
const DRIVERS = ['cgroupfs', 'systemd', 'disabled'] as const

/** The container's place in one hierarchy. Paths are absolute, on the host. */
export interface Hierarchy {
  readonly version: 1 | 2
  /** What a hierarchy of version 1 was mounted for: `cpu`, `cpuacct`, `name=systemd`. Empty for version 2. */
  readonly controllers: readonly string[]
  /** Where the hierarchy is mounted. */
  readonly mount: string
  /** The container's own directory, below `mount`. */
  readonly path: string
}

/** A container's cgroup; without hierarchies when it has none. */
export interface CgroupRecord {
  readonly driver: CgroupDriver
  readonly hierarchies: readonly Hierarchy[]
  /** What systemd makes it for; with the driver systemd alone. */
  readonly unit?: Unit
}

/** A unit of systemd: a scope, or a slice, which has no processes of its own in the eyes of systemd. */
export interface Unit {
  /** With its type: `docker-c1.scope`. */
  readonly name: string
  /** The slice that it is in: `system.slice`, or `-.slice` for the root. */
  readonly slice: string
  /** Of the systemd of a user, and not of that of the host. */
  readonly user?: true
}

/** The hierarchy of version 2, which a hybrid host has beside those of version 1. */
export function unifiedOf({ hierarchies }: CgroupRecord): Hierarchy | undefined {
  return hierarchies.find(({ version }) => version === 2)
}

/** The hierarchy of version 1 that a controller is mounted in. */
export function legacyOf({ hierarchies }: CgroupRecord, controller: string): Hierarchy | undefined {
  return hierarchies.find(({ controllers }) => controllers.includes(controller))
}

/** The hierarchies of version 1. */
export function legacyOnes({ hierarchies }: CgroupRecord): readonly Hierarchy[] {
  return hierarchies.filter(({ version }) => version === 1)
}

/** Takes anything, says whether it is a record: what is read from a file may have been written by anyone. */
export function isCgroupRecord(value: unknown): value is CgroupRecord {
  if (!isObject(value) || !DRIVERS.some((driver) => driver === value['driver'])) return false
  const { driver, hierarchies, unit } = value
  const hasUnit = driver === 'systemd' ? isUnit(unit) : unit === undefined
  return hasUnit && Array.isArray(hierarchies) && hierarchies.every(isHierarchy)
}

/** No other unit is ours to stop. */
function isUnit(value: unknown): value is Unit {
  if (!isObject(value)) return false
  const { name, slice, user } = value
  return (
    (user === undefined || user === true) &&
    typeof name === 'string' &&
    /^[^/]+\.(scope|slice)$/.test(name) &&
    typeof slice === 'string' &&
    slice.endsWith('.slice')
  )
}

function isHierarchy(value: unknown): value is Hierarchy {
  if (!isObject(value)) return false
  const { version, controllers, mount, path } = value
  return (
    (version === 1 || version === 2) &&
    Array.isArray(controllers) &&
    controllers.every((name) => typeof name === 'string') &&
    typeof mount === 'string' &&
    typeof path === 'string' &&
    // The mount itself holds everyone's processes: to kill all of those would be no way to end a container.
    path.startsWith(`${mount}/`) &&
    !path.split('/').includes('..')
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
