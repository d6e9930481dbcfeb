// Which file a container's process executes: looked up at creation, in the container, as its user, so that a program that
// is not there is an error of `create` and not a riddle after `start`. Some texts are matched by engines and literal.

import { harmlessly, type Sys, tolerating } from '#ffi/call.ts'
import { fstat, openat } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'

/** What execvp(3) searches when there is no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Takes the first argument of a process and its PATH, gives the path to execute. Throws a Failure that says why not. */
export function findExecutable(sys: Sys, name: string, path: string | undefined): string {
  if (name === '') throw new Failure('exec: "": executable file not found in $PATH')
  if (name.includes('/')) return executable(sys, name) ?? missing(name)
  const candidates = (path ?? DEFAULT_PATH).split(':').map((dir) => `${dir === '' ? '.' : dir}/${name}`)
  // All of them in one batch; the first that is there is asked for more. A directory that the user may not pass, or that
  // is none, is passed over as by execvp(3).
  const found = candidates.map((candidate) => ({
    candidate,
    file: sys(harmlessly(openat('cwd', candidate, ['PATH']))),
  }))
  let forbidden: Failure | undefined
  try {
    for (const { candidate, file } of found) {
      if (file.missing) continue
      const reason = whyNot(sys, candidate, file)
      if (reason === undefined) return candidate
      forbidden ??= reason
    }
  } finally {
    for (const { file } of found) file[Symbol.dispose]()
  }
  throw forbidden ?? new Failure(`exec: "${name}": executable file not found in $PATH`)
}

function openIfThere(sys: Sys, path: string): Fd {
  return sys(tolerating(openat('cwd', path, ['PATH']), 'ENOENT', 'ENOTDIR'))
}

function executable(sys: Sys, path: string): string | undefined {
  using file = openIfThere(sys, path)
  if (file.missing) return undefined
  const reason = whyNot(sys, path, file)
  if (reason !== undefined) throw reason
  return path
}

/** Why a file that is there cannot be executed; undefined when it can. */
function whyNot(sys: Sys, path: string, file: Fd): Failure | undefined {
  const { type, mode } = sys(fstat(file))
  if (type === 'directory') return new Failure(`exec: "${path}": permission denied (it is a directory)`)
  if (type !== 'file' || (mode & 0o111) === 0) return new Failure(`exec: "${path}": permission denied`)
  return undefined
}

function missing(path: string): never {
  throw new Failure(`exec: "${path}": stat ${path}: no such file or directory`)
}
