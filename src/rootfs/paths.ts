// Paths that a container must not see (`maskedPaths`) or change (`readonlyPaths`). What hides them comes from the host and
// was verified there: an image's own /dev/null is never trusted (CVE-2025-31133).

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { attach, changedCopyOf, copyOf, newFilesystem, openHost } from './attach.ts'
import { parseOptions, withLabel } from './parse-options.ts'
import { openIfThere } from './resolve.ts'

const NULL_MAJOR = 1
const NULL_MINOR = 3

/** Throws a Failure unless the host's /dev/null is the null device. Performed here, once, before a task opens it. */
export function verifyHostNull(here: Sys): void {
  using file = openHost(here, '/dev/null')
  const { type, major, minor } = here(fstat(file))
  if (type !== 'char' || major !== NULL_MAJOR || minor !== NULL_MINOR)
    throw new Failure('/dev/null of the host is not the null device')
}

/** An empty directory that can hold nothing. */
const EMPTY = parseOptions(['nosuid', 'nodev', 'noexec', 'nr_inodes=1', 'mode=555'])

/**
 * Hides paths of the container: a directory behind an empty one, anything else behind the null device. A path that is
 * not there is left out; every other failure is an error. `task` must still see the host's /dev/null. `label` is the
 * SELinux label of the empty directory, or empty.
 */
export function maskPaths(task: Sys, root: Fd, paths: readonly string[], label = ''): void {
  if (paths.length === 0) return
  using nothing = openHost(task, '/dev/null')
  using empty = newFilesystem(task, {
    type: 'tmpfs',
    source: 'tmpfs',
    plan: withLabel({ ...EMPTY, superblock: ['ro'] }, label),
  })
  const targets = paths.map((path) => openIfThere(task, root, path))
  const stats = task.all(targets.map((target) => tolerating(fstat(target), 'ENOENT')))
  const first = stats.findIndex((stat) => stat?.type === 'directory')
  for (const [i, opened] of targets.entries())
    doing(`hide linux.maskedPaths[${i}], "${paths[i]}"`, () => {
      using target = opened
      const stat = stats[i]
      if (stat === undefined) return
      const directory = stat.type === 'directory'
      // The empty one itself goes first: until 6.15, a mount that is attached nowhere cannot be copied.
      if (directory && i === first) return attach(task, empty, target)
      using cover = copyOf(task, directory ? empty : nothing)
      attach(task, cover, target)
    })
}

/** Makes paths of the container read-only. A path that is not there is left out. */
export function protectPaths(task: Sys, root: Fd, paths: readonly string[]): void {
  for (const [i, path] of paths.entries())
    doing(`protect linux.readonlyPaths[${i}], "${path}"`, () => {
      using target = openIfThere(task, root, path)
      using tree = changedCopyOf(task, target, { set: ['RDONLY'] })
      attach(task, tree, target)
    })
}
