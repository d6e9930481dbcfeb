// The directory in which bunc keeps its containers: one subdirectory for each, whose making is what claims the name.

import { type Sys, tolerating } from '#ffi/call.ts'
import { flock, fstat, mkdirat, openat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { entriesOf, makeDirectories } from '#src/files.ts'
import { type ContainerState, loadState } from './state.ts'

const NAME = /^[\w+.-]+$/
const LONGEST_NAME = 1024
/** runc's modes: others may pass through to a container's fifo, not look around. */
const STORE_MODE = 0o700
const CONTAINER_MODE = 0o711

/** Throws a Failure unless this can be the name of a container: letters, digits and `_ + - .`, but not `.` or `..`. */
export function checkName(id: string): void {
  if (id === '') throw new Failure('container id cannot be empty')
  if (!NAME.test(id) || id === '.' || id === '..')
    throw new Failure(`invalid container id "${id}"`, 'only letters, digits and "_+-." are allowed')
  if (id.length > LONGEST_NAME) throw new Failure(`container id is longer than ${LONGEST_NAME} characters`)
}

/** Takes the store and a name, gives the path of the container's state directory. */
export function directoryOf(store: string, id: string): string {
  return `${store}/${id}`
}

/** Claims a name: makes the state directory. Throws a Failure when the container exists. */
export function claim(sys: Sys, store: string, id: string): string {
  checkName(id)
  const directory = directoryOf(store, id)
  try {
    doing(`make the state directory "${directory}"`, () => {
      makeDirectories(sys, store, STORE_MODE)
      sys(mkdirat('cwd', directory, CONTAINER_MODE))
    })
  } catch (error) {
    if (failedWith(error, 'EEXIST'))
      throw new Failure(
        `container with id "${id}" already exists`,
        `"bunc delete ${id}" removes it when it has stopped, "bunc delete --force ${id}" in any state`,
      )
    throw error
  }
  return directory
}

/** A container that exists, with its state directory. */
export interface Known {
  readonly directory: string
  readonly state: ContainerState
}

/** Finds a container. Throws a Failure when there is none ("does not exist" is what engines look for). */
export function find(sys: Sys, store: string, id: string): Known {
  checkName(id)
  const directory = directoryOf(store, id)
  const state = doing(finding(store, id), () => loadState(sys, directory))
  if (state === undefined) throw missing(store, id)
  return { directory, state }
}

function finding(store: string, id: string): string {
  return `find container "${id}" in "${store}"`
}

function missing(store: string, id: string): Failure {
  return new Failure(`container "${id}" does not exist`, `it was looked for in "${store}": --root names another place`)
}

/** Gives the names of all containers, in order. A store that is not there has none. */
export function names(sys: Sys, store: string): string[] {
  return entriesOf(sys, store)
    .filter(({ type, name }) => type === 'directory' && NAME.test(name))
    .map(({ name }) => name)
    .sort()
}

/**
 * Waits until nobody else holds the lock of a container and gives the lock: of two commands that change the same
 * container, one comes after the other. To be taken before `find`: what is read earlier may be old by then. Throws a
 * Failure when there is no such container, or no longer.
 */
export function lock(sys: Sys, store: string, id: string): Fd {
  const held = lockIfThere(sys, store, id)
  if (held === undefined) throw missing(store, id)
  return held
}

/** As `lock`, of a container whose making need not be finished; undefined where there is none, or no longer. */
export function lockIfThere(sys: Sys, store: string, id: string): Fd | undefined {
  checkName(id)
  const opening = tolerating(openat('cwd', directoryOf(store, id), ['RDONLY', 'DIRECTORY']), 'ENOENT', 'ENOTDIR')
  const directory = doing(finding(store, id), () => sys(opening))
  if (directory.missing) return undefined
  let named = false
  try {
    sys(flock(directory, ['EXCLUSIVE']))
    // Whoever had the lock may have deleted the container; then this is a directory without a name.
    named = sys(fstat(directory)).links > 0
  } finally {
    if (!named) directory[Symbol.dispose]()
  }
  return named ? directory : undefined
}
