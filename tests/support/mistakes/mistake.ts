// A mistake that people make, and how a test makes it: one row of the tables beside this file, one section of
// docs/troubleshooting.md.
import type { Box } from '#tests/support/box.ts'
import { type Lack, type Need, type Race, races } from '#tests/support/container-test.ts'
import type { Spec } from '#tests/support/spec.ts'
import type { Outcome } from '#tests/support/spawn.ts'

/** One mistake. */
export interface Mistake {
  /** The heading of its section. */
  readonly title: string
  /** Makes it; gives the command that failed. */
  readonly provoke: (box: Box) => Promise<Outcome>
  /** The exit code; 1 unless it is said. */
  readonly code?: number
  /** That of crun where it has one of its own. */
  readonly crunCode?: number
  /** What the line and the hint must contain: what was being done, the object, the cause, and what mends it. */
  readonly says: readonly string[]
  /** False on a host whose line is another than the one that the page quotes. */
  readonly quoted?: boolean
  /** Peers who do not notice, or do something else. */
  readonly but?: readonly (Lack | Race | Need)[]
  /** Containers that are meant to be there afterwards. */
  readonly keeps?: boolean
}

/** What crun does in many of them, and what therefore says nothing about bunc. */
export const CRUN_LEAVES_CGROUP = races('crun', 'leaves its cgroup behind when a limit is refused')

/** Makes the mistake by `run`, with what `prepare` puts into the box before. */
export function running(spec: Spec | ((box: Box) => Spec), prepare: (box: Box) => void = () => {}): Mistake['provoke'] {
  return (box) => {
    prepare(box)
    return box.run(typeof spec === 'function' ? spec(box) : spec)
  }
}
