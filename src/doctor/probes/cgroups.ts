// The cgroups: the layout, and each controller, tried on a cgroup that is made for it and removed again.

import type { Sys } from '#ffi/call.ts'
import { getpid } from '#ffi/calls/process.ts'
import { apply } from '#src/cgroups/apply.ts'
import { handDown, whyMissing } from '#src/cgroups/controllers.ts'
import { restrictDevices } from '#src/cgroups/device-access.ts'
import { freeze, thaw } from '#src/cgroups/freezer.ts'
import { detectLayout, type Layout, TOP } from '#src/cgroups/layout.ts'
import { make } from '#src/cgroups/make.ts'
import { plan } from '#src/cgroups/plan.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { Failure } from '#src/failure.ts'
import { readText, readTextIfThere } from '#src/files.ts'
import { type Probe, tried, type Verdict } from '../verdict.ts'

/** A controller by its name in version 1 and in version 2, and a setting that every host with it takes. */
interface Controller {
  readonly names: readonly [v1: string, v2: string]
  readonly setting: LinuxResources
}

const CONTROLLERS: readonly Controller[] = [
  { names: ['memory', 'memory'], setting: { memory: { limit: 1n << 30n } } },
  { names: ['cpu', 'cpu'], setting: { cpu: { shares: 512 } } },
  { names: ['pids', 'pids'], setting: { pids: { limit: 100 } } },
  { names: ['cpuset', 'cpuset'], setting: {} },
  { names: ['blkio', 'io'], setting: {} },
  { names: ['hugetlb', 'hugetlb'], setting: {} },
  { names: ['rdma', 'rdma'], setting: {} },
]

/** Looks at the layout, and then makes a cgroup. */
export const cgroupsProbe: Probe = ({ kernel: { here } }) => {
  const layout = detectLayout(here)
  if (layout.length === 0)
    return [
      {
        subject: 'cgroups',
        verdict: 'missing',
        why: `nothing is mounted on "${TOP}"`,
        mend: `mount -t cgroup2 none ${TOP}`,
        needed: true,
      },
    ]
  const name = `/bunc-doctor-${here(getpid())}`
  let made: CgroupRecord | undefined
  const making = tried({ subject: 'cgroups', needed: true, mend: readOnly(here) }, () => {
    made = make(here, plan(here, { path: name, id: name, driver: 'cgroupfs' }))
    return nameOf(layout)
  })
  if (made === undefined) return [making]
  try {
    return [making, ...controllers(here, made), device(here, made), freezer(here, made)]
  } finally {
    remove(here, made)
  }
}

/** The place where root fails most often: a container whose engine lets nobody write there. */
function readOnly(here: Sys): string | undefined {
  const line = readText(here, '/proc/self/mountinfo')
    .split('\n')
    .find((mount) => mount.split(' ')[4]?.startsWith(TOP) === true)
  return line?.split(' ')[5]?.split(',').includes('ro') === true
    ? `mount -o remount,rw ${TOP}; where this is a container: docker run --privileged --cgroupns=host`
    : undefined
}

function nameOf(layout: Layout): string {
  const versions = new Set(layout.map(({ version }) => version))
  return versions.size === 2 ? 'version 1 and 2 (hybrid)' : `version ${[...versions].join()}`
}

function controllers(here: Sys, made: CgroupRecord): readonly Verdict[] {
  return CONTROLLERS.map(({ names: [v1, v2], setting }) => {
    const legacy = legacyOf(made, v1)
    const name = legacy === undefined ? v2 : v1
    const subject = `${name} controller`
    return tried({ subject, otherwise: 'missing', mend: enable(here, made, v1, v2) }, () => {
      if (legacy === undefined) require(here, made, v2)
      apply(here, made, setting)
      return `version ${legacy === undefined ? 2 : 1}`
    })
  })
}

/** Throws a Failure that says why a controller of version 2 is not there. */
function require(here: Sys, made: CgroupRecord, name: string): void {
  const unified = unifiedOf(made)
  if (unified === undefined) throw new Failure(`no hierarchy has the controller "${name}"`)
  handDown(here, unified)
  const there = readText(here, `${unified.path}/cgroup.controllers`).trim().split(' ')
  if (there.includes(name)) return
  const { reason, hint } = whyMissing(here, unified, name)
  throw new Failure(reason, hint)
}

/** What brings a controller, if anything does: /proc/cgroups has a line for each that the kernel was built with. */
function enable(here: Sys, made: CgroupRecord, v1: string, v2: string): string {
  const line = (readTextIfThere(here, '/proc/cgroups') ?? '').split('\n').find((row) => row.startsWith(`${v1}\t`))
  if (line === undefined) return `a kernel that is built with the controller "${v2}"`
  if (line.endsWith('\t0')) return `boot with cgroup_enable=${v1}, and without cgroup_disable=${v1}`
  const unified = unifiedOf(made)
  if (unified === undefined) return `mount -t cgroup -o ${v1} ${v1} ${TOP}/${v1}`
  return `echo +${v2} >${unified.mount}/cgroup.subtree_control; for a service of systemd: Delegate=yes`
}

function device(here: Sys, made: CgroupRecord): Verdict {
  return tried({ subject: 'device rules', mend: 'a kernel with CONFIG_CGROUP_BPF and CONFIG_BPF_SYSCALL' }, () => {
    restrictDevices(here, made, [])
    return legacyOf(made, 'devices') === undefined ? 'eBPF' : 'version 1'
  })
}

function freezer(here: Sys, made: CgroupRecord): Verdict {
  if (legacyOf(made, 'freezer') === undefined && unifiedOf(made) === undefined)
    return { subject: 'freezer', verdict: 'missing', why: 'pause will fail', mend: enable(here, made, 'freezer', '') }
  return tried({ subject: 'freezer' }, () => {
    freeze(here, made)
    thaw(here, made)
  })
}
