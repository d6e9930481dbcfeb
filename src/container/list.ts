// All containers of a store.

import type { Sys } from '#ffi/call.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { Failure } from '#src/failure.ts'
import { statIfThere } from '#src/files.ts'
import { report, type Report } from './state-report.ts'
import { loadState } from './state.ts'
import { directoryOf, names } from './store.ts'

/** Gives every container that can be read; tells `warn` of those that cannot. One damaged file hides no other container. */
export function list({ here }: Kernel, store: string, warn: (error: unknown) => void): Report[] {
  const reports: Report[] = []
  for (const id of doing(`list the containers in "${store}"`, () => idsIn(here, store))) {
    const directory = directoryOf(store, id)
    try {
      const state = loadState(here, directory)
      if (state !== undefined) reports.push(report(here, { directory, state }))
    } catch (error) {
      warn(error)
    }
  }
  return reports
}

function idsIn(here: Sys, store: string): string[] {
  const place = statIfThere(here, store)
  if (place !== undefined && place.type !== 'directory') throw new Failure('it is no directory')
  return names(here, store)
}
