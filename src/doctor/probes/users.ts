// What a user namespace needs beside the namespace: ranges of ids, and the programs that map them for users.

import type { Sys } from '#ffi/call.ts'
import { geteuid } from '#ffi/calls/credentials.ts'
import { readTextIfThere } from '#src/files.ts'
import { nameOf, subordinateRanges } from '#src/namespaces/id-ranges.ts'
import { found } from '#src/process/found.ts'
import { type Patient, type Probe, type Verdict, works } from '../verdict.ts'

/** What Docker and Podman expect of a user. */
const ENOUGH = 65536

/** Looks at ranges and programs. */
export const usersProbe: Probe = (patient) => [
  ranges(patient.kernel.here, 'uid'),
  ranges(patient.kernel.here, 'gid'),
  program(patient, 'newuidmap'),
  program(patient, 'newgidmap'),
]

/** Those of the caller; root needs none, and rootless engines look for those of their users. */
function ranges(here: Sys, kind: 'uid' | 'gid'): Verdict {
  const subject = `sub${kind} ranges`
  const user = here(geteuid())
  const name = nameOf(readTextIfThere(here, '/etc/passwd') ?? '', user) ?? String(user)
  const size = subordinateRanges(here, kind, user).reduce((sum, range) => sum + range.size, 0)
  if (size >= ENOUGH) return works(subject, `${size} ids for "${name}"`)
  return {
    subject,
    verdict: user === 0 ? 'limited' : 'missing',
    why: `/etc/sub${kind} grants ${size} ids to "${name}"${user === 0 ? ', who needs none, but userns-remap and --userns=auto look there' : ''}`,
    mend: `usermod --add-sub${kind}s 100000-165535 ${name}`,
  }
}

function program(patient: Patient, name: string): Verdict {
  const path = found(patient.kernel.here, name, patient.path)
  if (path !== undefined) return works(name, path)
  return {
    subject: name,
    verdict: 'missing',
    why: 'not found; engines without root need it',
    mend: 'apt install uidmap, or dnf install shadow-utils',
  }
}
