// AppArmor: the profile that a process changes to when it executes its program.

import { tolerating, type Sys, type TaskSys } from '#ffi/call.ts'
import { openat2, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { readTextIfThere } from '#src/files.ts'

/** Whether the host has AppArmor switched on. */
export function apparmorEnabled(here: Sys): boolean {
  return readTextIfThere(here, '/sys/module/apparmor/parameters/enabled')?.startsWith('Y') ?? false
}

/** Sets the profile of the next execve. `procfs` is ours and not the container's (CVE-2019-16884). */
export function setApparmorProfile(here: Sys, sys: TaskSys, procfs: Fd, profile: string): void {
  if (profile === '') return
  doing(`set process.apparmorProfile "${profile}"`, () => {
    if (!apparmorEnabled(here))
      throw new Failure('AppArmor is not enabled on this host', 'take it out of config.json, or switch AppArmor on')
    // attr/apparmor/exec since 5.8; the plain one belongs to whichever module comes first.
    const how = { flags: ['WRONLY'], resolve: ['NO_XDEV'] } as const
    using own = sys(tolerating(openat2(procfs, 'self/attr/apparmor/exec', how), 'ENOENT'))
    sys(put(own, `exec ${profile}`))
  })
}
