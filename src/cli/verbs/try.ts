// `bunc try`.

import { ableKernel } from '#src/container/able-kernel.ts'
import { holdSignals } from '#src/container/signals.ts'
import { tryOut } from '#src/container/try.ts'
import { variable } from '../environment.ts'
import { REPORT } from '../try-report.ts'
import { isTerminal } from '../terminal.ts'
import type { Verb } from '../verb.ts'

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Tries a command; without one a shell, or, where there is no terminal, a report of what is isolated. */
export const tryVerb: Verb<'try'> = async (world, { operands }) => {
  holdSignals()
  const terminal = isTerminal(world.kernel.here, 'stdin') && isTerminal(world.kernel.here, 'stdout')
  const args = operands.args.length > 0 ? operands.args : terminal ? ['/bin/sh'] : ['/bin/sh', '-c', REPORT]
  const env = [PATH, 'HOME=/root', `TERM=${variable('TERM') ?? 'dumb'}`, 'PS1=bunc:\\w# ']
  const kernel = await ableKernel(world.kernel)
  return tryOut(kernel, { store: world.store, args, env, terminal, warn: world.warn }).status
}
