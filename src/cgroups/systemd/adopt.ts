// Has systemd make a container's cgroup around a process that is there already: a scope cannot start without one. What is
// left of cgroups that systemd does not care for is made by ourselves.

import type { Property } from '#ffi/sd-bus.ts'
import type { Sys } from '#ffi/call.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { readText } from '#src/files.ts'
import { enter } from '../birth.ts'
import { prepare } from '../make.ts'
import { parseOwn } from '../plan.ts'
import { type CgroupRecord, type Hierarchy, legacyOnes, type Unit } from '../record.ts'
import { remove } from '../remove.ts'
import { type Host, limitProperties } from './limits.ts'
import { changeUnit, startUnit } from './units.ts'
import { unitProperties } from './scope.ts'

/** The process, as the host numbers it, and what its unit is to have. */
export interface Adoption {
  readonly description: string
  readonly pid: number
  readonly resources: LinuxResources
  /** Further properties, which are set last. */
  readonly extra: readonly Property[]
  /** Gets what takes the cgroup away; not before there is one, as the same name may be that of another container. */
  readonly undo: DisposableStack
}

/**
 * Starts the unit of a record with a process in it, and brings that process into the rest of the hierarchies. Does
 * nothing for a record of another driver. Throws a Failure or a SyscallError.
 */
export function adopt(sys: Sys, record: CgroupRecord, adoption: Adoption): void {
  const { unit } = record
  const { pid, undo } = adoption
  if (unit === undefined) return
  startUnit(unit, {
    describe: (version) => propertiesOf(unit, adoption, { version, unified: legacyOnes(record).length === 0 }),
    accepted: () => undo.defer(() => remove(sys, record)),
  })
  prepare(sys, record)
  enter(sys, elsewhere(sys, record, pid), pid)
}

function propertiesOf(unit: Unit, { description, pid, resources, extra }: Adoption, host: Host): readonly Property[] {
  return [
    ...unitProperties(unit, { description, pid, unified: host.unified }),
    ...limitProperties(enforceable(unit, { ...resources, devices: resources.devices ?? [] }), host),
    ...extra,
  ]
}

/**
 * Tells systemd of limits that change, lest it put the old ones back when it next has to do with the unit. Does nothing
 * for a record of another driver.
 */
export function inform(record: CgroupRecord, resources: LinuxResources): void {
  const { unit } = record
  const unified = legacyOnes(record).length === 0
  if (unit !== undefined)
    changeUnit(unit, (version) => limitProperties(enforceable(unit, resources), { version, unified }))
}

/** The systemd of a user has not the privilege that device rules take. */
function enforceable({ user }: Unit, { devices, ...rest }: LinuxResources): LinuxResources {
  return devices === undefined || user === true ? rest : { ...rest, devices }
}

/** The hierarchies in which a process is not where it should be: systemd leaves some of version 1 out, and slices. */
function elsewhere(sys: Sys, record: CgroupRecord, pid: number): CgroupRecord {
  const own = parseOwn(readText(sys, `/proc/${pid}/cgroup`))
  const isIn = ({ controllers, mount, path }: Hierarchy) => `${mount}${own.get(controllers[0] ?? '')}` === path
  return { ...record, hierarchies: record.hierarchies.filter((hierarchy) => !isIn(hierarchy)) }
}
