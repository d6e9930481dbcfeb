// The seccomp program of an older kernel: system calls that it does not have give ENOSYS, all others are made.

import { ERRNO } from '#ffi/numbers/errno.ts'
import { assemble, ifEqual, load, newProgram, ret } from '#src/bpf/classic.ts'
import { MACHINE_HERE } from '#src/security/machine-here.ts'
import { numbersOf } from './syscall-numbers.ts'

/** linux/seccomp.h: what a program answers, and where struct seccomp_data has the number of the call. */
const RET_ALLOW = 0x7fff_0000
const RET_ERRNO = 0x0005_0000
const NUMBER = 0

/** Takes names of system calls of this machine, gives struct sock_filter[]. A name that is none is an error. */
export function olderKernel(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const numbers = numbersOf(MACHINE_HERE.native)
  const program = newProgram()
  const lacking = ret(program, RET_ERRNO | ERRNO.ENOSYS)
  let next = ret(program, RET_ALLOW)
  for (const name of names) {
    const number = numbers.get(name)
    if (number === undefined) throw new Error(`Cannot take "${name}" away: it is no system call`)
    next = ifEqual(program, number, lacking, next)
  }
  load(program, NUMBER)
  return assemble(program)
}
