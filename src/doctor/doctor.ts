// What this host can do for containers, part by part. Most of it is tried, in tasks and cgroups that are gone afterwards:
// versions lie, and what an engine or an administrator forbids stands in none of them.

import { cgroupsProbe } from './probes/cgroups.ts'
import { filesystemsProbe } from './probes/filesystems.ts'
import { kernelProbe } from './probes/kernel.ts'
import { namespacesProbe } from './probes/namespaces.ts'
import { securityProbe } from './probes/security.ts'
import { enginesProbe, toolsProbe } from './probes/tools.ts'
import { usersProbe } from './probes/users.ts'
import type { Patient, Probe, Verdict } from './verdict.ts'

const PARTS: readonly (readonly [part: string, probe: Probe])[] = [
  ['kernel', kernelProbe],
  ['namespaces', namespacesProbe],
  ['cgroups', cgroupsProbe],
  ['file systems', filesystemsProbe],
  ['security', securityProbe],
  ['users', usersProbe],
  ['tools', toolsProbe],
  ['engines', enginesProbe],
]

/** One part of the host with its verdicts. */
export interface Diagnosis {
  readonly part: string
  readonly verdicts: readonly Verdict[]
}

/** Looks at everything; tells the name of each part before it is looked at. */
export function diagnose(patient: Patient, begin: (part: string) => void): readonly Diagnosis[] {
  return PARTS.map(([part, probe]) => {
    begin(part)
    return { part, verdicts: probe(patient) }
  })
}

/** Which containers can run: all, those with a user namespace of their own, or none. */
export function runnable(diagnoses: readonly Diagnosis[]): 'all' | 'own users' | 'none' {
  const verdicts = diagnoses.flatMap((diagnosis) => diagnosis.verdicts)
  const ownUsers = verdicts.some((verdict) => verdict.ownUsers)
  const lacking = verdicts.filter(({ verdict, needed = false }) => verdict === 'missing' && needed)
  if (lacking.some(({ barred = false }) => !(ownUsers && barred))) return 'none'
  return ownUsers ? 'own users' : 'all'
}
