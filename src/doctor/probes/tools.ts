// Programs and services that bunc works with: systemd, criu, and the engines that call it; and how bunc itself begins.

import { statIfThere } from '#src/files.ts'
import { systemdRelease } from '#src/cgroups/systemd/units.ts'
import { type Sys, tolerating } from '#ffi/call.ts'
import { openat, read } from '#ffi/calls/file.ts'
import { ENGINES, type EngineName } from '#src/engines/engines.ts'
import { known } from '#src/engines/known.ts'
import { Failure } from '#src/failure.ts'
import { found } from '#src/process/found.ts'
import { snapshotOf } from '#src/snapshot/image.ts'
import { type Patient, type Probe, tried, type Verdict, works } from '../verdict.ts'

/** Looks for systemd, criu, and bunc's own snapshot. */
export const toolsProbe: Probe = (patient) => [
  systemd(patient.kernel.here),
  criu(patient),
  ...snapshot(patient.kernel.here),
]

/** Nothing where there are no snapshots. */
function snapshot(here: Sys): readonly Verdict[] {
  using file = here(tolerating(openat('cwd', '/proc/self/exe', ['RDONLY']), 'ENOENT'))
  if (file.missing) return []
  switch (snapshotOf(Buffer.from(here(read(file, HEADERS_SIZE))))) {
    case 'taken':
      return [works('snapshot', 'the executable has one')]
    case 'possible': {
      const why = 'none is taken: each command begins anew'
      return [{ subject: 'snapshot', verdict: 'limited', why, mend: 'bunc snapshot' }]
    }
    default:
      return []
  }
}

/** More than the headers at the beginning of an executable have. */
const HEADERS_SIZE = 4096

function systemd(here: Sys): Verdict {
  const mend = 'use the cgroupfs driver, which needs no systemd'
  return tried({ subject: 'systemd', mend }, () => {
    if (statIfThere(here, '/run/systemd/system') === undefined) throw new Failure('systemd does not run this host')
    return `release ${systemdRelease()}`
  })
}

function criu({ kernel, path: searched }: Patient): Verdict {
  const path = found(kernel.here, 'criu', searched)
  if (path !== undefined) return works('criu', path)
  return {
    subject: 'criu',
    verdict: 'missing',
    why: 'not found; checkpoint and restore need it',
    mend: 'apt install criu',
  }
}

/** Looks for engines, and whether bunc is among their runtimes. */
export const enginesProbe: Probe = (patient) => engineNames.map((name) => engine(patient, name))

const engineNames: readonly EngineName[] = ['docker', 'containerd', 'podman']

function engine(patient: Patient, name: EngineName): Verdict {
  const { program } = ENGINES[name]
  const path = found(patient.kernel.here, program, patient.path)
  if (path === undefined) return { subject: name, verdict: 'missing', why: `"${program}" is not found` }
  return tried({ subject: name, otherwise: 'limited' }, () => {
    const runtime = known(patient.kernel.here, name).find((one) => one.path.split('/').at(-1) === 'bunc')
    if (runtime === undefined) throw new Failure(`${path}, which does not know bunc`, `bunc install ${name}`)
    if (runtime.path.startsWith('/') && statIfThere(patient.kernel.here, runtime.path) === undefined)
      throw new Failure(
        `its runtime "${runtime.name}" is "${runtime.path}", which is not there`,
        `bunc install ${name}`,
      )
    return `${path} knows bunc as "${runtime.name}": ${runtime.path}`
  })
}
