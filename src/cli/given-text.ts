// The text of a file that a flag or an operand names, or of standard input, which is called "-".

import { inherited } from '#ffi/perform/here.ts'
import { decodeText } from '#ffi/kinds.ts'
import { readAll } from '#src/files.ts'
import { readGiven } from './create-options.ts'
import { absolute } from './paths.ts'
import type { World } from './verb.ts'

/** Reads the text. Throws a Failure where there is none. */
export function givenText(world: World, file: string): string {
  if (file === '-') return decodeText(readAll(world.kernel.here, inherited(0, 'stdin')))
  return readGiven(world, absolute(world, file))
}
