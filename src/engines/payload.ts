// What the container runs that an engine is asked to make: a root with one program, as a file and as an archive. No image
// has to be there, and no network.

import { exitProgram } from '#ffi/exit-program.ts'
import { encodeText } from '#ffi/kinds.ts'

/** How the program ends. No engine and no runtime has an error of this number. */
export const VERIFIED = 42
/** The name of the program in the root, without a slash. */
export const PROGRAM = 'verify'

/** Gives the program. */
export function payload(): Uint8Array<ArrayBuffer> {
  return exitProgram(VERIFIED)
}

const BLOCK = 512

/** Gives a root with the program and nothing else, as tar(5) has it (ustar): one header, the file, two empty blocks. */
export function payloadArchive(): Uint8Array<ArrayBuffer> {
  const program = payload()
  const archive = new Uint8Array(BLOCK + Math.ceil(program.length / BLOCK) * BLOCK + 2 * BLOCK)
  const put = (at: number, text: string) => archive.set(encodeText(text), at)
  put(0, PROGRAM)
  put(100, octal(0o755, 8))
  put(108, octal(0, 8))
  put(116, octal(0, 8))
  put(124, octal(program.length, 12))
  put(136, octal(0, 12))
  // The sum is that of a header whose own place has spaces.
  put(148, ' '.repeat(8))
  put(156, '0')
  put(257, 'ustar\x0000')
  put(
    148,
    `${octal(
      archive.subarray(0, BLOCK).reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
  )
  archive.set(program, BLOCK)
  return archive
}

/** A number in a field of so many bytes, the last one NUL. */
function octal(value: number, size: number): string {
  return `${value.toString(8).padStart(size - 1, '0')}\0`
}
