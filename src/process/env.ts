// The environment of a process: duplicates, HOME.

import { harmlessly, type Sys, tolerating } from '#ffi/call.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { fstat, openat2 } from '#ffi/calls/file.ts'
import { readAll } from '#src/files.ts'

/** Takes `NAME=value` entries, gives one for each name: the last one, where the first one stood. */
export function withoutDuplicates(env: readonly string[]): string[] {
  const byName = new Map<string, string>()
  for (const entry of env) byName.set(entry.slice(0, entry.indexOf('=')), entry)
  return [...byName.values()]
}

/** Takes an environment and a name, gives the value, or undefined. */
export function valueOf(env: readonly string[], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** Takes the text of a passwd(5) file and a user id, gives the home directory that stands there. */
export function homeIn(passwd: string, uid: number): string | undefined {
  for (const line of passwd.split('\n')) {
    const fields = line.split(':')
    // By number only: a user who is *named* like a number is somebody else (CVE-2016-3697).
    if (fields[2] === String(uid) && fields[5]) return fields[5]
  }
  return undefined
}

/**
 * Takes an environment, gives it with HOME when that is missing or empty: from the container's /etc/passwd, else `/`.
 * `readPasswd` gives the text of that file, or undefined; it is called only when it is needed.
 */
export function withHome(env: readonly string[], uid: number, readPasswd: () => string | undefined): string[] {
  if (valueOf(env, 'HOME')) return [...env]
  return [...env.filter((entry) => entry !== 'HOME='), `HOME=${homeIn(readPasswd() ?? '', uid) ?? '/'}`]
}

/** Bytes: what nobody's /etc/passwd has. */
const MOST_PASSWD = 1 << 20

/** Reads /etc/passwd below an open root; undefined where there is none. */
export function readPasswd(sys: Sys, root: Fd): string | undefined {
  using file = sys(
    tolerating(
      openat2(root, '/etc/passwd', { flags: ['RDONLY', 'NONBLOCK'], resolve: ['IN_ROOT'] }),
      'ENOENT',
      'ENOTDIR',
    ),
  )
  // An image may have made it a link to /dev/zero.
  const [stat] = sys.all([harmlessly(fstat(file))])
  return stat?.type === 'file' ? decodeText(readAll(sys, file, MOST_PASSWD)) : undefined
}
