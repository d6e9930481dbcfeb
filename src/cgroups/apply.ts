// Sets linux.resources on a cgroup: has the rows of resources/ written where their controllers are, version 1 or 2, and
// says what a refusal means. Devices apart: see device-access.ts.

import { type Sys, tolerating } from '#ffi/call.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { failedWith, SyscallError } from '#ffi/error.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { Failure } from '#src/failure.ts'
import { statIfThere } from '#src/files.ts'
import { handDown, type Missing, whyMissing } from './controllers.ts'
import { TOP } from './layout.ts'
import { type CgroupRecord, type Hierarchy, legacyOf, unifiedOf } from './record.ts'
import type { Family, Row, Setting } from './resources/row.ts'
import { FAMILIES } from './resources/table.ts'
import { readValue, readValueIfThere } from './values.ts'

/**
 * Sets every resource that is named and leaves the others alone; not devices. Gives a warning for each that is ignored.
 * Throws a SyscallError, or a Failure where it is known what the refusal means. A container without
 * cgroup ignores them all.
 */
export function apply(sys: Sys, record: CgroupRecord, resources: LinuxResources): readonly string[] {
  if (record.driver === 'disabled') return ignored(resources)
  const warnings = FAMILIES.flatMap((family) => applyFamily(sys, record, { family, resources }))
  for (const [file, text] of Object.entries(resources.unified ?? {})) setUnified(sys, record, { file, text })
  return warnings
}

function ignored(resources: LinuxResources): readonly string[] {
  const fields = FAMILIES.flatMap(({ rows }) => rows.filter(({ plan }) => isNamed(plan(2, resources))))
  const files = Object.keys(resources.unified ?? {}).map((file) => `unified["${file}"]`)
  return [...fields.map(({ field }) => field), ...files].map(
    (field) => `linux.resources.${field} is ignored: the container has no cgroup`,
  )
}

function isNamed(settings: ReturnType<Row['plan']>): boolean {
  return settings !== undefined && ('lack' in settings || settings.length > 0)
}

/** One setting with the field that it is for. */
interface Step {
  readonly field: string
  readonly setting: Setting
}

/** Where settings are written. */
interface Target {
  readonly hierarchy: Hierarchy
  readonly controller: string
}

function applyFamily(
  sys: Sys,
  record: CgroupRecord,
  { family, resources }: { family: Family; resources: LinuxResources },
): readonly string[] {
  const [v1, v2] = family.controller
  const legacy = legacyOf(record, v1)
  const version = legacy === undefined && unifiedOf(record) !== undefined ? 2 : 1
  const { steps, warnings } = planned(family, version, resources)
  if (steps.length > 0) settle(sys, targetOf(sys, record, { legacy, v1, v2, field: steps[0]?.field ?? '' }), steps)
  return warnings
}

function planned(
  { rows }: Family,
  version: 1 | 2,
  resources: LinuxResources,
): { steps: readonly Step[]; warnings: readonly string[] } {
  const warnings: string[] = []
  const steps = rows.flatMap(({ field, plan }): readonly Step[] => {
    const settings = plan(version, resources)
    if (settings === undefined) return []
    if (!('lack' in settings)) return settings.map((setting) => ({ field: setting.field ?? field, setting }))
    if (settings.lack === 'refused') return refuse(field, settings.reason)
    warnings.push(`linux.resources.${field} is ignored: ${settings.reason}`)
    return []
  })
  return { steps, warnings }
}

function refuse(field: string, reason: string, hint?: string): never {
  return doing(`set linux.resources.${field}`, () => {
    throw new Failure(reason, hint)
  })
}

function targetOf(
  sys: Sys,
  record: CgroupRecord,
  { legacy, v1, v2, field }: { legacy: Hierarchy | undefined; v1: string; v2: string; field: string },
): Target {
  if (legacy !== undefined) return { hierarchy: legacy, controller: v1 }
  const hierarchy = unifiedOf(record)
  if (record.hierarchies.length === 0)
    return refuse(field, 'this user may make no cgroup', 'on a host with cgroup v2 systemd makes one: --systemd-cgroup')
  if (hierarchy === undefined)
    return refuse(
      field,
      `no cgroup has the controller "${v1}"`,
      `enable it with: mkdir ${TOP}/${v1} && mount -t cgroup -o ${v1} cgroup ${TOP}/${v1}`,
    )
  // Where make has not done it yet.
  if (record.hierarchies.length > 1) handDown(sys, hierarchy)
  return { hierarchy, controller: v2 }
}

const NO_UNIFIED = 'linux.resources.unified names files of cgroup v2: version 1 has fields of its own for them'

/** `unified` is meant for version 2, file by file (config-linux.md#unified). */
function setUnified(sys: Sys, record: CgroupRecord, { file, text }: { file: string; text: string }): void {
  const controller = file.split('.')[0] ?? ''
  const field = `unified["${file}"]`
  const legacy = legacyOf(record, controller)
  if (legacy !== undefined) return refuse(field, `"${controller}" is mounted as cgroup v1 on this host`, NO_UNIFIED)
  const target = targetOf(sys, record, { legacy, v1: controller, v2: controller, field })
  // A file of several lines takes one with each write.
  const values = text.split('\n').filter((line) => line !== '')
  settle(
    sys,
    target,
    values.map((value) => ({ field, setting: { file, value } })),
  )
}

/**
 * Writes the settings of a family. Some bind each other (memory is not above memory and swap together, bursts not above
 * the quota), and which one must come first depends on what they were. Instead of reading that, what is refused with
 * EINVAL is tried again after the others, for as long as that gets any further.
 */
function settle(sys: Sys, target: Target, steps: readonly Step[]): void {
  let last = false
  for (let left = steps; left.length > 0;) {
    const refused = left.filter((step) => !set(sys, target, step, last))
    last = refused.length === left.length
    left = refused
  }
}

/** Gives false when it might be accepted later; never when this is its last chance. */
function set(sys: Sys, target: Target, { field, setting }: Step, last: boolean): boolean {
  return doing(`set ${setting.file} for linux.resources.${field}`, () => {
    try {
      write(sys, target.hierarchy.path, setting)
      return true
    } catch (error) {
      if (!last && failedWith(error, 'EINVAL')) return false
      const meaning = error instanceof SyscallError ? meaningOf(sys, target, setting, error) : undefined
      throw meaning === undefined ? error : new Failure(meaning.reason, meaning.hint)
    }
  })
}

function write(sys: Sys, path: string, { file, value, otherwise }: Setting): void {
  const text = typeof value === 'string' ? value : value((other) => readValue(sys, `${path}/${other}`))
  const opening = openat('cwd', `${path}/${file}`, ['WRONLY'])
  using opened = sys(otherwise === undefined ? opening : tolerating(opening, 'ENOENT'))
  if (opened.missing) for (const setting of otherwise ?? []) write(sys, path, setting)
  else sys(put(opened, text))
}

const HUGEPAGE_SIZES = '/sys/kernel/mm/hugepages lists the sizes that this machine has'

function meaningOf(
  sys: Sys,
  { hierarchy, controller }: Target,
  setting: Setting,
  { syscall, errno }: SyscallError,
): Missing | undefined {
  if (syscall !== 'openat' || errno !== 'ENOENT') {
    const reason = setting.meaning?.(errno, (file) => readValueIfThere(sys, `${hierarchy.path}/${file}`))
    return reason === undefined ? undefined : { reason }
  }
  if (statIfThere(sys, hierarchy.path) === undefined) return { reason: 'the cgroup is gone' }
  // The files that are named "cgroup." belong to no controller.
  const known = hierarchy.version === 1 || controller === 'cgroup'
  const why = known ? { reason: 'the kernel has no such file' } : whyMissing(sys, hierarchy, controller)
  return controller === 'hugetlb' ? { hint: HUGEPAGE_SIZES, ...why } : why
}
