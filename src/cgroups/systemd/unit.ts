// `linux.cgroupsPath` as systemd's drivers write it, `slice:prefix:name`, made into a unit and the place of its cgroup.
// Pure.

import { Failure } from '#src/failure.ts'
import type { Unit } from '../record.ts'

const DEFAULT_SLICE = 'system.slice'
/** The systemd of a user has no system.slice; it is this one that Podman names. */
const DEFAULT_SLICE_OF_USER = 'user.slice'
const DEFAULT_PREFIX = 'bunc'
/** The slice that all others are in. */
const ROOT_SLICE = '-.slice'
/** systemd.unit(5): what a unit may be called. `@` would make it an instance of a template. */
const NAME = /^[\w:.\\-]+$/
const LONGEST_NAME = 255

/**
 * Takes the path and the id of the container, gives the unit: the scope `prefix-name.scope`, or the slice that the name
 * is. An empty path is `system.slice:bunc:ID`. With `user` it is a unit of the user's own systemd, and of user.slice there.
 * Throws a Failure for what can be no unit.
 */
export function unitFor(path: string, id: string, user = false): Unit {
  const parts = path === '' ? ['', DEFAULT_PREFIX, id] : path.split(':')
  const [slice = '', prefix = '', name = ''] = parts
  if (parts.length !== 3 || name === '')
    throw new Failure(
      `linux.cgroupsPath "${path}" is not of the form "slice:prefix:name"`,
      'that is what the systemd driver takes; the engine may be set to the cgroupfs driver',
    )
  const unit: Unit = {
    name: unitName(prefix, name),
    slice: slice === '' ? (user ? DEFAULT_SLICE_OF_USER : DEFAULT_SLICE) : sliceName(slice),
    ...(user ? { user } : {}),
  }
  if (unit.name.length > LONGEST_NAME || !NAME.test(unit.name)) throw new Failure(`"${unit.name}" cannot name a unit`)
  sliceAncestry(unit.slice)
  if (isSlice(unit)) sliceAncestry(unit.name)
  return unit
}

/** Whether a unit is a slice and no scope. */
export function isSlice({ name }: Unit): boolean {
  return name.endsWith('.slice')
}

/** The cgroup of a unit below the root of systemd's, as `/a.slice/a-b.slice/c.scope`. */
export function placeOf(unit: Unit): string {
  const slices = isSlice(unit) ? sliceAncestry(unit.name) : [...sliceAncestry(unit.slice), unit.name]
  return slices.map((name) => `/${name}`).join('')
}

function unitName(prefix: string, name: string): string {
  if (name.endsWith('.slice')) return name
  return prefix === '' ? `${name}.scope` : `${prefix}-${name}.scope`
}

/** `-` alone is the root, too. */
function sliceName(slice: string): string {
  return slice === '-' ? ROOT_SLICE : slice
}

/** Takes a slice, gives it with those that it is in, which its dashes name: `a-b.slice` is in `a.slice`. */
function sliceAncestry(slice: string): readonly string[] {
  if (slice === ROOT_SLICE) return []
  const names = slice.replace(/\.slice$/, '').split('-')
  if (!slice.endsWith('.slice') || !NAME.test(slice) || names.includes(''))
    throw new Failure(`"${slice}" cannot name a slice of systemd`)
  return names.map((_, depth) => `${names.slice(0, depth + 1).join('-')}.slice`)
}
