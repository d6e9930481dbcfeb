// What the container runs that an engine is asked to make: a root with one program, as a file and as an archive. No image
// has to be there, and no network.

import { exitProgram } from '#ffi/exit-program.ts'
import { tar } from './tar.ts'

/** How the program ends. No engine and no runtime has an error of this number. */
export const VERIFIED = 42
/** The name of the program in the root, without a slash. */
export const PROGRAM = 'verify'

/** Gives the program. */
export function payload(): Uint8Array<ArrayBuffer> {
  return exitProgram(VERIFIED)
}

/** Gives a root with the program and nothing else, as an archive. */
export function payloadArchive(): Uint8Array<ArrayBuffer> {
  return tar([{ path: PROGRAM, content: payload(), executable: true }], 0)
}
