// Gives a container's cgroup to a user inside it, who may then make cgroups below (cgroups(7), "Cgroup delegation"). The
// limits stay ours: their files are not among those that are given away. Only version 2 can be delegated safely.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fchown, openat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { CgroupRecord } from './record.ts'
import { readValueIfThere, wordsOf } from './values.ts'

/** The least that a delegate needs, should there be no sysfs to tell. */
const FILES = 'cgroup.procs cgroup.subtree_control cgroup.threads'

/** Takes the ids of the user on the host. Does nothing on a host with hierarchies of version 1. */
export function delegate(sys: Sys, { hierarchies }: CgroupRecord, uid: number, gid: number): void {
  const [only] = hierarchies
  if (only?.version !== 2 || hierarchies.length > 1) return
  const files = wordsOf(readValueIfThere(sys, '/sys/kernel/cgroup/delegate') ?? FILES)
  doing(`give the cgroup "${only.path}" to user ${uid}`, () => {
    // Of controllers that the cgroup has not got, there are no files.
    for (const path of [only.path, ...files.map((file) => `${only.path}/${file}`)]) {
      using file = sys(tolerating(openat('cwd', path, ['PATH']), 'ENOENT'))
      sys(fchown(file, uid, gid))
    }
  })
}
