// The text of a file that a flag or an operand names, or of standard input, which is called "-".

import { inherited } from '#ffi/perform/here.ts'
import { decodeText } from '#ffi/kinds.ts'
import { readAll, readText } from '#src/files.ts'
import { absolute } from './paths.ts'
import type { World } from './verb.ts'

/** Reads the text. Throws a SyscallError. */
export function givenText({ kernel, cwd }: World, file: string): string {
  if (file === '-') return decodeText(readAll(kernel.here, inherited(0, 'stdin')))
  return readText(kernel.here, absolute(cwd, file))
}
