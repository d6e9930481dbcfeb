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
  /** When the commit was made, in seconds since 1970; undefined in a tree without one. */
  readonly committed: string | undefined
  /** Builds a target into a file. */
  readonly compile: (target: TargetName, file: string) => Promise<void>
}

/**
 * Seconds since 1970 that stand for "now" in all that is written: SOURCE_DATE_EPOCH, which reproducible-builds.org has
 * for this, or the date of the commit. Fails where there is neither.
 */
export function sourceDate({ committed }: Build): number {
  const date = process.env['SOURCE_DATE_EPOCH'] ?? committed
  if (date === undefined)
    throw new Error('Cannot date the release: here is no commit, and SOURCE_DATE_EPOCH is not set')
  if (!/^\d{1,10}$/.test(date)) throw new Error(`Cannot date the release: "${date}" is not a number of seconds`)
  return Number(date)
}
