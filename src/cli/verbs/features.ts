// `bunc features`.

import { features } from '#src/features/features.ts'
import type { Verb } from '../verb.ts'

/** Prints what this build can do, as JSON (features.md). */
export const featuresVerb: Verb<'features'> = ({ kernel, print }) => {
  print(`${JSON.stringify(features(kernel.here), null, 4)}\n`)
  return 0
}
