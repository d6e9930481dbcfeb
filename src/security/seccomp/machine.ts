// A machine, as far as a filter is concerned: the conventions by which a process on it can enter the kernel.

import type { Architecture } from './architectures.ts'

export interface Machine {
  /** As a person calls it. */
  readonly name: string
  /** The one that a filter always covers, named in the profile or not. */
  readonly native: Architecture
  /** Those that a filter covers if the profile names them. */
  readonly others: readonly Architecture[]
}
