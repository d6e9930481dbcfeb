// A line of --trace: a system call that was made, as strace -T shows it.

import { isErrno } from '#ffi/errno.ts'
import type { Traced } from '#ffi/perform/traced.ts'
import { printable } from '#src/output.ts'
import type { Paint } from '#src/paint.ts'

/** Takes a call that was made, gives its line: who made it, the result, and the time where somebody waited for it. */
export function traceLine({ where, call, result, microseconds }: Traced, paint: Paint): string {
  const time = microseconds === undefined ? '' : ` ${paint('aside', `<${(microseconds / 1e6).toFixed(6)}>`)}`
  const made = `${printable(call)} = ${printable(result)}`
  return `${paint('aside', `${where}:`)} ${isErrno(result) ? paint('bad', made) : made}${time}\n`
}
