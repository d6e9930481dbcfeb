// What bunc asks of systemd for one container, and what its refusals mean. The only module here that talks to systemd.

import { BusError, type Property } from '#ffi/sd-bus.ts'
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
export function startUnit({ name }: Unit, { describe, accepted }: Start): void {
  asking(`start the systemd unit "${name}"`, (systemd) => {
    const job = request(systemd, name, describe(systemd.version()))
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
export function changeUnit({ name }: Unit, describe: (version: number) => readonly Property[]): void {
  asking(`change the systemd unit "${name}"`, (systemd) => {
    const properties = describe(systemd.version())
    if (properties.length > 0) systemd.setUnitProperties(name, properties)
  })
}

/**
 * Stops a unit and what is left in it, and lets systemd forget that it may have failed; one that is gone is no error, as
 * systemd removes a scope whose last process has ended. Throws a Failure.
 */
export function stopUnit({ name }: Unit): void {
  asking(`stop the systemd unit "${name}"`, (systemd) => {
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
  asking('ask systemd for its version', (systemd) => {
    release = systemd.version()
  })
  return release
}

function asking(what: string, act: (systemd: Systemd) => void): void {
  doing(what, () => {
    try {
      using systemd = new Systemd()
      act(systemd)
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      if (refusedAs(error, UNIT_EXISTS))
        throw new Failure('there is such a unit already', 'another container may have the same cgroupsPath')
      const hint = DENIALS.includes(error.errorName)
        ? 'only root of the host may; the cgroupfs driver needs no systemd'
        : undefined
      throw new Failure(error.message === '' ? error.errorName : error.message, hint)
    }
  })
}

function refusedAs(error: unknown, name: string): boolean {
  return error instanceof BusError && error.errorName === name
}
