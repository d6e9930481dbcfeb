// What frequent system calls cost under Docker's default profile: the instructions that the filter executes for each,
// beside those of libseccomp's two forms, the chain of comparisons that runc installs for a profile with as few entries as
// this one, and the tree that it installs for others. The part for calls newer than the profile, which runc puts before
// either, is not counted. From 5.11 on the kernel remembers what is allowed whatever the arguments are, and runs nothing.

import { compile } from '#src/security/seccomp/compile.ts'
import { MACHINE_HERE } from '#src/security/machine-here.ts'
import { type ClassicProgram, classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'
import { shortName } from '#tests/support/compare-filters.ts'
import { LIBSECCOMP, openLibseccomp } from '#tests/support/libseccomp.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'
import { readProfile } from '#tests/unit/security/seccomp/profiles.ts'

/** Calls that programs spend their lives with: files, memory, signals, sockets, waiting. Both architectures have them. */
export const FREQUENT = [
  ...['read', 'write', 'openat', 'close', 'newfstatat', 'fstat', 'lseek', 'mmap', 'munmap', 'mprotect', 'brk'],
  ...['rt_sigaction', 'rt_sigprocmask', 'ioctl', 'futex', 'epoll_pwait', 'ppoll', 'sendto', 'recvfrom', 'getpid'],
] as const

/** The cost of one call, in instructions; of libseccomp only where it is installed. */
export interface FilterCost {
  readonly call: string
  readonly bunc: number
  readonly tree?: number
  readonly chain?: number
  /** Whether the kernel remembers the verdict. */
  readonly remembered: boolean
}

/** Gives the costs of the frequent calls on this machine. */
export function filterCosts(): FilterCost[] {
  const { native, others } = MACHINE_HERE
  const architectures = [native, ...others]
  const profile = { ...readProfile('docker-28'), architectures: architectures.map(({ name }) => name) }
  const ours = classicProgram(compile(profile, MACHINE_HERE).program)
  const library = LIBSECCOMP === undefined ? undefined : openLibseccomp(LIBSECCOMP)
  const theirs = (tree: boolean) => library?.compile(profile, architectures.map(shortName), tree).program
  const [tree, chain] = [theirs(true), theirs(false)].map((program) => program && classicProgram(program))
  const steps = (program: ClassicProgram, call: string): number => {
    const verdict = runClassic(program, seccompData(numbersOf(native).get(call) ?? -1, native.audit))
    if (verdict !== ALLOWED) throw new Error(`Cannot count the instructions for "${call}": it is not allowed`)
    return program.steps
  }
  return FREQUENT.map((call) => ({
    call,
    bunc: steps(ours, call),
    remembered: !ours.looked,
    ...(tree === undefined ? {} : { tree: steps(tree, call) }),
    ...(chain === undefined ? {} : { chain: steps(chain, call) }),
  }))
}

const ALLOWED = 0x7fff_0000
