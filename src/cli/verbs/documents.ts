// `bunc completion` and `bunc man`: what the command table says, for a shell and for man(1).

import { VERSION } from '#src/build.ts'
import { completion } from '../completion.ts'
import { man } from '../man.ts'
import type { Verb } from '../verb.ts'

/** Prints the completion script of a shell. */
export const completionVerb: Verb<'completion'> = ({ print }, { operands }) => {
  print(completion(operands.shell))
  return 0
}

/** Prints the manual page as roff source. */
export const manVerb: Verb<'man'> = ({ print }) => {
  print(man(VERSION))
  return 0
}
