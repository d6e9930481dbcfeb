// Which file a container's process executes: looked up at creation, in the container, as its user, so that a program that
// is not there is an error of `create` and not a riddle after `start`. Some texts are matched by engines and literal.

import { type Call, harmlessly, type Sys, tolerating } from '#ffi/call.ts'
import { fstat, openat, type Stat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'

/** What execvp(3) searches when there is no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Takes the first argument of a process and its PATH, gives the path to execute. Throws a Failure that says why not. */
export function findExecutable(sys: Sys, name: string, path: string | undefined): string {
  if (name === '') throw new Failure('exec: "": executable file not found in $PATH')
  if (name.includes('/')) return executable(sys, name) ?? missing(name)
  const candidates = searched(path).map((directory) => `${directory}/${name}`)
  // A directory that the user may not pass, or that is none, is passed over as by execvp(3).
  const stats = statAll(
    sys,
    candidates.map((candidate) => harmlessly(openat('cwd', candidate, ['PATH']))),
  )
  let forbidden: Failure | undefined
  for (let i = 0; i < candidates.length; i++) {
    const [candidate = '', stat] = [candidates[i], stats[i]]
    if (stat === undefined) continue
    const reason = whyNot(candidate, stat)
    if (reason === undefined) return candidate
    forbidden ??= reason
  }
  throw forbidden ?? new Failure(`exec: "${name}": executable file not found in $PATH`, whereToLook(sys, path))
}

/** Takes a PATH, gives the directories that are searched; an empty one is the working directory. */
export function searched(path: string | undefined): readonly string[] {
  return (path ?? DEFAULT_PATH).split(':').map((directory) => (directory === '' ? '.' : directory))
}

/** Once a program was not found: what was searched, and whether there was anything at all. */
function whereToLook(sys: Sys, path: string | undefined): string {
  const stats = statAll(
    sys,
    searched(path).map((directory) => harmlessly(openat('cwd', directory, ['PATH']))),
  )
  const place = path === undefined ? `process.env has no PATH, so "${DEFAULT_PATH}" was searched` : `PATH is "${path}"`
  return stats.every((stat) => stat === undefined)
    ? `${place}, and none of these directories is there: is the root empty, or not the one that was meant?`
    : `${place}; the image must have the program there, or the first of process.args name it by its path`
}

function executable(sys: Sys, path: string): string | undefined {
  const [stat] = passing(path, () => statAll(sys, [tolerating(openat('cwd', path, ['PATH']), 'ENOENT', 'ENOTDIR')]))
  if (stat === undefined) return undefined
  const reason = whyNot(path, stat)
  if (reason !== undefined) throw reason
  return path
}

/** Says in the words that engines look for that a directory on the way is closed to the user. */
function passing<R>(path: string, act: () => R): R {
  try {
    return act()
  } catch (error) {
    if (!failedWith(error, 'EACCES')) throw error
    throw new Failure(
      `exec: "${path}": stat ${path}: permission denied`,
      'a directory of this path has a mode that does not let the user of the process pass (chmod o+x)',
    )
  }
}

/** What stat(2) says of files that may be missing, all of them in one batch. */
function statAll(sys: Sys, opens: readonly Call<Fd, 'anywhere'>[]): readonly (Stat | undefined)[] {
  const files = opens.map((open) => sys(open))
  try {
    return sys.all(files.map((file) => harmlessly(fstat(file))))
  } finally {
    for (const file of files) file[Symbol.dispose]()
  }
}

/** Why a file that is there cannot be executed; undefined when it can. */
function whyNot(path: string, { type, mode }: Stat): Failure | undefined {
  if (type === 'directory') return new Failure(`exec: "${path}": permission denied (it is a directory)`)
  if (type !== 'file') return new Failure(`exec: "${path}": permission denied (it is no plain file)`)
  if ((mode & 0o111) === 0) return new Failure(`exec: "${path}": permission denied`, unexecutable(path, mode))
  return undefined
}

function unexecutable(path: string, mode: number): string {
  return `its mode is 0${(mode & 0o777).toString(8)}: make it executable in the image, as with: chmod +x ${path}`
}

function missing(path: string): never {
  throw new Failure(
    `exec: "${path}": stat ${path}: no such file or directory`,
    'the path is one of the container: its root, or a mount, must have the file there',
  )
}
