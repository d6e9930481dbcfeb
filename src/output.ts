// Standard output and standard error, by write(2), checked: an error while printing is an error (a full disk, a closed
// pipe), and Bun's own streams cost more than the rest of the program.

import type { Sys } from '#ffi/call.ts'
import { setCloseOnExec, statusFlags } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { failedWith } from '#ffi/error.ts'
import { encodeText } from '#ffi/kinds.ts'
import { inherited } from '#ffi/perform/here.ts'
import { writeAll } from './files.ts'

/**
 * Opens the null device in the place of each of the first three descriptors that is closed: else the first file that is
 * opened would be taken for stdin, or for the place to print errors into.
 */
export function ensureStdio(sys: Sys): void {
  for (const number of [0, 1, 2]) {
    try {
      sys(statusFlags(inherited(number, `stdio ${number}`)))
    } catch (error) {
      if (!failedWith(error, 'EBADF')) throw error
      // The lowest free number is this one. Others inherit it, as they do every stdio.
      const file = sys(openat('cwd', '/dev/null', ['RDWR']))
      sys(setCloseOnExec(file, []))
      file.release()
    }
  }
}

/**
 * Takes a text that somebody else may have chosen (a path, a name, what a hook has printed), gives it with its control
 * characters as JSON writes them, C1 too: no line is forged, and nothing reaches a terminal that it would obey. `kept`
 * are characters that stay.
 */
export function printable(text: string, kept = ''): string {
  let shown = ''
  let copied = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if ((code >= 0x20 && code < 0x7f) || code > 0x9f || kept.includes(text.charAt(at))) continue
    const escaped = code < 0x20 ? JSON.stringify(text.charAt(at)).slice(1, -1) : `\\u00${code.toString(16)}`
    shown += text.slice(copied, at) + escaped
    copied = at + 1
  }
  return shown + text.slice(copied)
}

/** Whether a text has characters of ASCII alone: as many bytes as characters. */
export function isAscii(text: string): boolean {
  return encodeText(text).length === text.length
}

/**
 * Takes who knows the environment, says whether that leaves colours to us (https://no-color.org): whether the stream is a
 * terminal then decides. An engine has no TERM, and pays for no further question.
 */
export function mayColour(variable: (name: string) => string | undefined): boolean {
  const terminal = variable('TERM') ?? ''
  return terminal !== '' && terminal !== 'dumb' && (variable('NO_COLOR') ?? '') === ''
}

/** Writes a text to standard output. Throws a SyscallError. */
export function print(sys: Sys, text: string): void {
  writeAll(sys, inherited(1, 'stdout'), text)
}

/** Writes a text to standard error; where that is not possible there is nobody left to tell. */
export function complain(sys: Sys, text: string): void {
  try {
    writeAll(sys, inherited(2, 'stderr'), text)
  } catch {
    // Closed, or a pipe that nobody reads.
  }
}
