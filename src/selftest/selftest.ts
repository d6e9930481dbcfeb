// Makes real containers and looks whether they keep what every container promises. Needs no image; leaves nothing behind.

import { SyscallError } from '#ffi/error.ts'
import { TaskDied } from '#ffi/perform/task.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { Failure, sentence } from '#src/failure.ts'
import { Ground } from './ground.ts'
import type { Promised } from './promise.ts'
import { isolation } from './promises/isolation.ts'
import { life } from './promises/life.ts'
import { limits } from './promises/limits.ts'
import { security } from './promises/security.ts'

/** All promises; the last one looks at what the others have left. */
export const PROMISES: readonly Promised[] = [...isolation, ...security, ...limits, ...life].map((promised) => ({
  ...promised,
  name: `a container ${promised.name}`,
}))

/** What became of a promise. */
export interface Outcome {
  readonly name: string
  readonly verdict: 'kept' | 'broken' | 'skipped'
  /** What broke it, or why it was not tried. */
  readonly why: string
  readonly milliseconds: number
}

/** Tries promises one by one, and tells of each as soon as it is known. Gives all outcomes. */
export function selftest(
  kernel: Kernel,
  store: string,
  tell: (outcome: Outcome) => void,
  promises: readonly Promised[] = PROMISES,
): readonly Outcome[] {
  const ground = new Ground(kernel, store)
  return promises.map((promised) => {
    const outcome = tried(ground, promised)
    tell(outcome)
    return outcome
  })
}

function tried(ground: Ground, { name, skip, keep }: Promised): Outcome {
  const begun = performance.now()
  const since = () => performance.now() - begun
  try {
    const reason = skip?.(ground)
    if (reason !== undefined) return { name, verdict: 'skipped', why: reason, milliseconds: since() }
    keep(ground)
    return { name, verdict: 'kept', why: '', milliseconds: since() }
  } catch (error) {
    if (!(error instanceof Failure || error instanceof SyscallError || error instanceof TaskDied)) throw error
    return { name, verdict: 'broken', why: sentence(error), milliseconds: since() }
  }
}
