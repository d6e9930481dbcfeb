// What bunc asks of systemd for one container, and what its refusals mean. The only module here that talks to systemd.

import { BusError, type Property, type Whose } from '#ffi/sd-bus.ts'
import { type Job, Systemd } from '#ffi/systemd.ts'
import { doing } from '#ffi/context.ts'
import { Failure } from '#src/failure.ts'
import type { Unit } from '../record.ts'

const UNIT_EXISTS = 'org.freedesktop.systemd1.UnitExists'
const DENIALS = [
  'EPERM',
  'EACCES',
  'org.freedesktop.DBus.Error.AccessDenied',
  'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired',
]
const NO_SUCH_UNIT = 'org.freedesktop.systemd1.NoSuchUnit'

/** How a unit is started. */
export interface Start {
  /** Takes the release of systemd, gives the properties of the unit. */
  readonly describe: (version: number) => readonly Property[]
  /** Told as soon as the unit is ours, and before it has started: from then on it is to be stopped. */
  readonly accepted: () => void
}

/** Starts a unit and waits until it has started. Throws a Failure, also when there is a unit of that name. */
export function startUnit(unit: Unit, { describe, accepted }: Start): void {
  asking(whose(unit), `start the systemd unit "${unit.name}"`, (systemd) => {
    const job = request(systemd, unit.name, describe(systemd.version()))
    accepted()
    systemd.await(job)
  })
}

function request(systemd: Systemd, name: string, properties: readonly Property[]): Job {
  try {
    return systemd.startTransientUnit(name, properties)
  } catch (error) {
    if (!refusedAs(error, UNIT_EXISTS)) throw error
  }
  // One that has failed stays loaded until it is forgotten. One that runs is refused once more.
  systemd.resetFailedUnit(name)
  return systemd.startTransientUnit(name, properties)
}

/** Changes properties of a unit; none is no change. Throws a Failure. */
export function changeUnit(unit: Unit, describe: (version: number) => readonly Property[]): void {
  asking(whose(unit), `change the systemd unit "${unit.name}"`, (systemd) => {
    const properties = describe(systemd.version())
    if (properties.length > 0) systemd.setUnitProperties(unit.name, properties)
  })
}

/**
 * Stops a unit and what is left in it, and lets systemd forget that it may have failed; one that is gone is no error, as
 * systemd removes a scope whose last process has ended. Throws a Failure.
 */
export function stopUnit(unit: Unit): void {
  const { name } = unit
  asking(whose(unit), `stop the systemd unit "${name}"`, (systemd) => {
    for (const act of [() => systemd.await(systemd.stopUnit(name)), () => systemd.resetFailedUnit(name)]) {
      try {
        act()
      } catch (error) {
        if (!refusedAs(error, NO_SUCH_UNIT)) throw error
      }
    }
  })
}

/** The release of the systemd that runs this host: 252 for "252.39-1~deb12u1". Throws a Failure. */
export function systemdRelease(): number {
  let release = 0
  asking('system', 'ask systemd for its version', (systemd) => {
    release = systemd.version()
  })
  return release
}

/** Moves a process, as the host numbers it, into a unit: into a cgroup below the unit's, as `/a/b`, or empty. Throws a Failure. */
export function moveIntoUnit(unit: Unit, below: string, pid: number): void {
  asking(whose(unit), `move process ${pid} into the systemd unit "${unit.name}"`, (systemd) =>
    systemd.attachProcesses(unit.name, below, [pid]),
  )
}

/** The cgroup that the units of the user's own systemd are in, as `/user.slice/…`. Throws a Failure. */
export function usersRoot(): string {
  let found = ''
  asking('user', 'find the cgroup of the systemd of this user', (systemd) => {
    found = systemd.controlGroup()
  })
  return found
}

function whose({ user }: Unit): Whose {
  return user === true ? 'user' : 'system'
}

function asking(of: Whose, what: string, act: (systemd: Systemd) => void): void {
  doing(what, () => {
    try {
      using systemd = new Systemd(of)
      act(systemd)
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      if (refusedAs(error, UNIT_EXISTS))
        throw new Failure('there is such a unit already', 'another container may have the same cgroupsPath')
      throw new Failure(error.message === '' ? error.errorName : error.message, hintFor(of, error.errorName))
    }
  })
}

/** What sd-bus says where a user has no bus. */
const NO_BUS = ['ENOMEDIUM', 'ENOENT', 'ECONNREFUSED']

function hintFor(of: Whose, errorName: string): string | undefined {
  if (of === 'user' && NO_BUS.includes(errorName))
    return 'the user needs a systemd that runs ("loginctl enable-linger"), and XDG_RUNTIME_DIR must be set; the cgroupfs driver needs no systemd'
  if (of === 'system' && DENIALS.includes(errorName))
    return 'only root of the host may; the cgroupfs driver needs no systemd'
  return undefined
}

function refusedAs(error: unknown, name: string): boolean {
  return error instanceof BusError && error.errorName === name
}
