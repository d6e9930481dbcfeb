// The id mappings of a new user namespace (user_namespaces(7)), written from outside. Root writes what it likes. Anybody
// else may map nothing but himself, or asks newuidmap(1) and newgidmap(1), which know what /etc/subuid allows.

import { getegid, geteuid } from '#ffi/calls/credentials.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { LinuxIDMapping } from '#src/config/schema/namespaces.ts'
import { Failure } from '#src/failure.ts'
import { statIfThere, writeValue } from '#src/files.ts'
import { runProgram } from '#src/program.ts'

/** The mappings of a new user namespace. */
export interface IdMaps {
  readonly uids: readonly LinuxIDMapping[]
  readonly gids: readonly LinuxIDMapping[]
}

/**
 * Writes the mappings of a process that has just made itself a user namespace. Takes its pid. Throws a SyscallError, or a
 * Failure with what newuidmap said.
 */
export function mapIds(kernel: Kernel, pid: number, { uids, gids }: IdMaps): void {
  if (uids.length === 0 || gids.length === 0)
    throw new Failure('a new user namespace needs linux.uidMappings and linux.gidMappings')
  const { here } = kernel
  const user = here(geteuid())
  doing('map the ids of the user namespace', () => {
    if (user === 0) {
      writeValue(here, `/proc/${pid}/gid_map`, lines(gids))
      writeValue(here, `/proc/${pid}/uid_map`, lines(uids))
      return
    }
    if (isAlone(gids, here(getegid()))) {
      // Else a process could leave a group by which others have kept it out (CVE-2014-8989).
      writeValue(here, `/proc/${pid}/setgroups`, 'deny')
      writeValue(here, `/proc/${pid}/gid_map`, lines(gids))
    } else helped(kernel, 'newgidmap', pid, gids)
    if (isAlone(uids, user)) writeValue(here, `/proc/${pid}/uid_map`, lines(uids))
    else helped(kernel, 'newuidmap', pid, uids)
  })
}

/** All ranges in one write: the kernel takes a second one for a mistake. */
function lines(mappings: readonly LinuxIDMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('')
}

/** Whether nobody but `id` is mapped: the one mapping that needs no privilege. */
function isAlone(mappings: readonly LinuxIDMapping[], id: number): boolean {
  return mappings.length === 1 && mappings.every(({ hostID, size }) => hostID === id && size === 1)
}

/** Where distributions keep programs that have privileges of their own. */
const PLACES = ['/usr/bin', '/usr/local/bin', '/bin', '/run/wrappers/bin']

function helped(kernel: Kernel, name: string, pid: number, mappings: readonly LinuxIDMapping[]): void {
  const path = PLACES.map((place) => `${place}/${name}`).find((file) => statIfThere(kernel.here, file) !== undefined)
  if (path === undefined)
    throw new Failure(`a user other than root can map more than itself only by ${name}`, 'install the package uidmap')
  const ranges = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size])
  const program = { path, args: [name, String(pid), ...ranges.map(String)], env: [] }
  doing(`run "${path}"`, () => runProgram(kernel, program, { input: '', timeout: undefined, start: kernel.start }))
}
