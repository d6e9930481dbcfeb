// `bunc selftest`.

import { geteuid } from '#ffi/calls/credentials.ts'
import { holdSignals } from '#src/container/signals.ts'
import { Failure } from '#src/failure.ts'
import { replaceFile } from '#src/files.ts'
import { junit, tapHead, tapLine } from '#src/selftest/report.ts'
import { PROMISES, selftest } from '#src/selftest/selftest.ts'
import { absolute } from '../paths.ts'
import { progress } from '../progress.ts'
import { surfaceOf } from '../terminal.ts'
import type { Verb } from '../verb.ts'

/** Tries every promise; 1 where one is broken. */
export const selftestVerb: Verb<'selftest'> = (world, { options, global }) => {
  const { kernel, store, print } = world
  if (kernel.here(geteuid()) !== 0)
    throw new Failure('Cannot make containers to test: operation not permitted', 'this needs root: sudo bunc selftest')
  holdSignals()
  const { paint } = surfaceOf(kernel.here, 'stdout')
  using waiting = progress(kernel.here, global.log === undefined)
  print(tapHead(PROMISES.length))
  let number = 0
  const outcomes = selftest(kernel, store, (outcome) => {
    waiting.clear()
    print(tapLine(outcome, ++number, paint))
    const next = PROMISES[number]
    if (next !== undefined) waiting.show(`${number + 1} of ${PROMISES.length}: ${next.name}`)
  })
  if (options.junit !== undefined) replaceFile(kernel.here, absolute(world, options.junit), junit(outcomes), 0o644)
  return outcomes.some(({ verdict }) => verdict === 'broken') ? 1 : 0
}
