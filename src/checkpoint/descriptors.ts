// descriptors.json of an image: what stdin, stdout and stderr of the container were. A pipe to somebody outside is gone
// by the time of the restore, and the stdio of bunc takes its place. The file is runc's.

import { type Sys, tolerating } from '#ffi/call.ts'
import { readlinkat } from '#ffi/calls/file.ts'
import { processesIn } from '#src/cgroups/processes.ts'
import { failedWith } from '#ffi/error.ts'
import type { CgroupRecord } from '#src/cgroups/record.ts'
import { entriesOf, readTextIfThere, replaceFile } from '#src/files.ts'
import { inheritFd, option } from './messages.ts'
import type { Message } from './protobuf.ts'

const FILE = 'descriptors.json'

/** Writes what the stdio of a process is. Takes its pid, its container's cgroup and the directory of the image. */
export function saveDescriptors(
  here: Sys,
  pid: number,
  { cgroup, image }: { cgroup: CgroupRecord; image: string },
): void {
  const names = [0, 1, 2].map((number) => linkOf(here, pid, number))
  const inner = names.some(isPipe) ? innerPipes(here, cgroup) : new Set()
  // What the container has made for itself must stay what it is.
  const outer = names.map((name) => (inner.has(name) ? '' : name))
  replaceFile(here, `${image}/${FILE}`, JSON.stringify(outer), 0o600)
}

/** What criu is told of them when it restores. Each is to be found in criu under its own number. */
export function restoredDescriptors(here: Sys, image: string): Message {
  const saved: unknown = JSON.parse(readTextIfThere(here, `${image}/${FILE}`) ?? '[]')
  if (!Array.isArray(saved)) return []
  const names: readonly unknown[] = saved.slice(0, 3)
  return names.flatMap((name, number) =>
    // Two that are one pipe are named once.
    typeof name === 'string' && isPipe(name) && names.indexOf(name) === number
      ? [option('inherit_fd', inheritFd(name, number))]
      : [],
  )
}

function isPipe(name: string): boolean {
  return name.startsWith('pipe:')
}

function linkOf(here: Sys, pid: number, number: number): string {
  return here(tolerating(readlinkat('cwd', `/proc/${pid}/fd/${number}`), 'ENOENT', 'ESRCH')) ?? ''
}

/** The pipes of which a container has both ends. */
function innerPipes(here: Sys, cgroup: CgroupRecord): ReadonlySet<string> {
  const read = new Set<string>()
  const written = new Set<string>()
  for (const pid of processesIn(here, cgroup))
    for (const name of openIn(here, pid)) {
      const link = linkOf(here, pid, Number(name))
      if (!isPipe(link)) continue
      const flags = /^flags:\s*(\d+)/m.exec(readTextIfThere(here, `/proc/${pid}/fdinfo/${name}`) ?? '')?.[1] ?? ''
      const ends = (Number.parseInt(flags, 8) & WRITES) === 0 ? read : written
      ends.add(link)
    }
  return read.intersection(written)
}

/** The descriptors of a process, by number; none when it has ended meanwhile. */
function openIn(here: Sys, pid: number): readonly string[] {
  try {
    return entriesOf(here, `/proc/${pid}/fd`).map(({ name }) => name)
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ESRCH')) return []
    throw error
  }
}

/** O_WRONLY, of the access mode. A pipe is never opened for both. */
const WRITES = 1
