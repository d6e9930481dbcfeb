// A compiled profile that tests can ask for verdicts, and the words in which they ask.

import type { Architecture } from '#src/security/seccomp/architectures.ts'
import { compile } from '#src/security/seccomp/compile.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import type { Machine } from '#src/security/seccomp/machine.ts'
import type { Operator, Profile, SyscallRule } from '#src/security/seccomp/profile.ts'
import { classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'

/** Results of a filter, from linux/seccomp.h. */
export const KILL_THREAD = 0
export const EPERM = 0x0005_0001
export const ENOSYS = 0x0005_0026
export const ALLOW = 0x7fff_0000

/** Asks a filter for its verdict on a call of an architecture, by name or number. */
export type Ask = (call: string | number, ...args: readonly (number | bigint)[]) => number

/** Takes a profile, gives its filter's verdicts; the native architecture's, unless another one is given. */
export function filterOf(profile: Profile, machine: Machine = X86_MACHINE, architecture = machine.native): Ask {
  const filter = classicProgram(compile(profile, machine).program)
  const { audit, bigEndian } = architecture
  return (call, ...args) => {
    const number = typeof call === 'number' ? call : numberIn(architecture, call)
    return runClassic(filter, seccompData(number, audit, args.map(BigInt), bigEndian))
  }
}

/** Gives one of a machine's architectures by its name in a profile. */
export function architectureOf(machine: Machine, name: string): Architecture {
  const found = [machine.native, ...machine.others].find((one) => one.name === name)
  if (found === undefined) throw new Error(`${machine.name} has no ${name}`)
  return found
}

function numberIn(architecture: Architecture, name: string): number {
  const number = numbersOf(architecture).get(name)
  if (number === undefined) throw new Error(`${architecture.name} has no ${name}`)
  return number
}

/** A profile that answers EPERM to everything but what the rules say. */
export function denying(...syscalls: readonly SyscallRule[]): Profile {
  return { defaultAction: 'SCMP_ACT_ERRNO', syscalls }
}

/** A rule that allows calls, with conditions written as [argument, operator, value, value two]. */
export function allowing(
  names: string,
  ...conditions: readonly (readonly [number, Operator, number | bigint, (number | bigint)?])[]
): SyscallRule {
  const args = conditions.map(([index, op, value, valueTwo = 0]) => ({ index, op, value, valueTwo }))
  return { names: names.split(' '), action: 'SCMP_ACT_ALLOW', args }
}
