// The words between compile.ts and the release that it makes: what compile.ts passes, so that nothing here reaches back.

import type { TargetName, TARGETS } from '#compile.ts'

/** A target of compile.ts, with its name. */
export type Target = (typeof TARGETS)[TargetName] & { readonly name: TargetName }

/** What a release is made from. */
export interface Build {
  /** The repository. */
  readonly root: string
  readonly version: string
  readonly targets: readonly Target[]
  /** Whose executable this machine can run. */
  readonly host: TargetName
  /** Seconds since 1970 that stand for "now" in all that is written. */
  readonly date: number
  /** Builds a target into a file. */
  readonly compile: (target: TargetName, file: string) => Promise<void>
}
