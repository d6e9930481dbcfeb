// `bunc try`.

import { getTerminalModes } from '#ffi/calls/tty.ts'
import { failedWith } from '#ffi/error.ts'
import { inherited } from '#ffi/perform/here.ts'
import { ableKernel } from '#src/container/able-kernel.ts'
import { holdSignals } from '#src/container/signals.ts'
import { tryOut } from '#src/container/try.ts'
import { REPORT } from '../try-report.ts'
import type { Verb, World } from '../verb.ts'

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Tries a command; without one a shell, or, where there is no terminal, a report of what is isolated. */
export const tryVerb: Verb<'try'> = async (world, { operands }) => {
  holdSignals()
  const terminal = isTerminal(world)
  const args = operands.args.length > 0 ? operands.args : terminal ? ['/bin/sh'] : ['/bin/sh', '-c', REPORT]
  const env = [PATH, 'HOME=/root', `TERM=${process.env['TERM'] ?? 'dumb'}`, 'PS1=bunc:\\w# ']
  const kernel = await ableKernel(world.kernel)
  return tryOut(kernel, { store: world.store, args, env, terminal, warn: world.warn }).status
}

function isTerminal({ kernel }: World): boolean {
  try {
    for (const number of [0, 1]) kernel.here(getTerminalModes(inherited(number, `stdio ${number}`)))
    return true
  } catch (error) {
    if (failedWith(error, 'ENOTTY', 'EBADF', 'EINVAL')) return false
    throw error
  }
}
