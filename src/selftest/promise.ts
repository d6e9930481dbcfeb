// What a promise is: a sentence about containers that holds on every host, and how it is tried.

import type { Ground } from './ground.ts'

/** One line of the report. */
export interface Promised {
  readonly name: string
  /** Why it cannot be tried on this host; undefined where it can. */
  readonly skip?: ((ground: Ground) => string | undefined) | undefined
  /** Throws a Failure or a SyscallError where the promise is broken. */
  readonly keep: (ground: Ground) => void
}
