// SELinux: the label that a process changes to when it executes its program, and that of the mounts which are made for it.

import type { Sys, TaskSys } from '#ffi/call.ts'
import { openat2, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { statIfThere } from '#src/files.ts'

/** Throws a Failure that names the field where a label is given and the kernel has no SELinux, or has it switched off. */
export function requireSelinux(here: Sys, field: string, label: string): void {
  if (label === '' || statIfThere(here, '/sys/fs/selinux/enforce') !== undefined) return
  doing(`set ${field} "${label}"`, () => {
    throw new Failure('SELinux is not enabled on this host', `take ${field} out of config.json, or switch SELinux on`)
  })
}

/** Sets the label of the next execve. `procfs` is ours and not the container's (CVE-2019-16884). */
export function setProcessLabel(sys: TaskSys, procfs: Fd, label: string): void {
  if (label !== '') doing(`set process.selinuxLabel "${label}"`, () => writeAttribute(sys, procfs, 'exec', label))
}

/** Makes keys with the label of the process: with that of bunc, the process could not reach its own keyring. */
export function withKeyLabel(sys: TaskSys, procfs: Fd | undefined, label: string, make: () => void): void {
  if (label === '' || procfs === undefined) return make()
  doing(`label keys "${label}"`, () => writeAttribute(sys, procfs, 'keycreate', label))
  make()
  // An empty line puts it back.
  writeAttribute(sys, procfs, 'keycreate', '\n')
}

/** NO_XDEV: nothing that is mounted over the attributes is written to in their place (CVE-2023-28642). */
function writeAttribute(sys: TaskSys, procfs: Fd, name: 'exec' | 'keycreate', value: string): void {
  using attribute = sys(openat2(procfs, `self/attr/${name}`, { flags: ['WRONLY'], resolve: ['NO_XDEV'] }))
  sys(put(attribute, value))
}
