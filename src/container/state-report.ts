// What `state` and `list` say of a container (runtime.md, "State", and the fields that runc adds).

import type { Sys } from '#ffi/call.ts'
import { type Status, statusOf } from './status.ts'
import type { Known } from './store.ts'

/** A container as engines read it; the order of the keys is runc's. */
export interface Report {
  readonly ociVersion: string
  readonly id: string
  readonly pid: number
  readonly status: Status
  readonly bundle: string
  readonly rootfs: string
  readonly created: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly owner: string
}

/** Finds out all of it. */
export function report(here: Sys, known: Known): Report {
  const { ociVersion, id, pid, bundle, rootfs, created, annotations, owner } = known.state
  const status = statusOf(here, known)
  const some = Object.keys(annotations).length > 0
  return {
    ociVersion,
    id,
    pid: status === 'stopped' ? 0 : pid,
    status,
    bundle,
    rootfs,
    created,
    ...(some ? { annotations } : {}),
    owner,
  }
}
