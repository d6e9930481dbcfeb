// What a container may not use more of.

import { SIGNAL } from '#ffi/numbers/signal.ts'
import { readText } from '#src/files.ts'
import type { Ground } from '../ground.ts'
import type { Promised } from '../promise.ts'

const MEMORY = 32 << 20
const PROCESSES = 12

/** Swap would take what memory does not; only where there is some may it be limited. */
function memory({ kernel }: Ground): object {
  const swaps = readText(kernel.here, '/proc/swaps').trim().split('\n').length > 1
  return { limit: MEMORY, ...(swaps ? { swap: MEMORY } : {}) }
}

export const limits: readonly Promised[] = [
  {
    name: 'is stopped by the out-of-memory killer at its memory limit',
    // tail keeps a line that never ends, and is the one to be killed; on a busy machine the others may go after it.
    keep: (ground) =>
      ground.expect(
        'head -c 300000000 /dev/zero | tail -n 1; [ $? = 137 ]',
        (config) => ({
          ...config,
          linux: { ...config.linux, resources: { ...config.linux.resources, memory: memory(ground) } },
        }),
        0,
        128 + SIGNAL.SIGKILL,
      ),
  },
  {
    name: 'makes as many processes as its limit allows, and no more',
    keep: (ground) =>
      // Some shells wait long where fork(2) is refused, others end: so the first one looks on, which takes no process.
      ground.expect(
        `( i=0; while [ $i -lt ${2 * PROCESSES} ]; do sleep 60 & i=$((i + 1)); done ) &
         cd /proc; i=0
         while set -- [0-9]* && [ $# -lt ${PROCESSES - 1} ] && [ $i -lt 20000 ]; do i=$((i + 1)); done
         i=0
         while set -- [0-9]* && [ $# -le ${PROCESSES} ] && [ $i -lt 500 ]; do i=$((i + 1)); done
         [ $i = 500 ] && [ $# -ge ${PROCESSES - 1} ]`,
        (config) => ({
          ...config,
          linux: { ...config.linux, resources: { ...config.linux.resources, pids: { limit: PROCESSES } } },
        }),
      ),
  },
]
