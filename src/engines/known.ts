// Which runtimes the engines of this host know, by their own files.

import type { Sys } from '#ffi/call.ts'
import { doing } from '#ffi/context.ts'
import { readTextIfThere } from '#src/files.ts'
import { type Engine, ENGINES, type EngineName, type KnownRuntime } from './engines.ts'

/** Takes an engine, gives the runtimes that its files name. Throws a Failure where one of them is not in order. */
export function known(here: Sys, name: EngineName): readonly KnownRuntime[] {
  const { files, settings }: Engine = ENGINES[name]
  return files.flatMap((file) =>
    doing(`read "${file}"`, () => settings.runtimes(settings.parse(readTextIfThere(here, file) ?? ''))),
  )
}
