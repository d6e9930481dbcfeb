// What a container's seccomp profile makes of a system call on this machine: a verdict for each architecture, with the
// place in config.json that decides.

import { errnoName } from '#ffi/errno.ts'
import { nearest } from '#src/config/nearest.ts'
import type { LinuxSeccomp } from '#src/config/schema/seccomp.ts'
import { Failure } from '#src/failure.ts'
import { MACHINE_HERE } from '#src/security/machine-here.ts'
import { type Architecture, namesOf, numberOf } from '#src/security/seccomp/architectures.ts'
import { conditionsOf, explain, type Explanation } from '#src/security/seccomp/explain.ts'

/** A system call to be explained. */
export interface Question {
  /** Its name, or its number in decimal. */
  readonly syscall: string
  /** Those that are left out are 0; negative ones are taken as two's complement. */
  readonly args: readonly bigint[]
}

/** What happens to it on one architecture. Without `number` there is no such call. */
export interface Verdict {
  readonly architecture: string
  readonly number?: number
  readonly action?: string
  /** The errno that it fails with, or the message that a tracer gets, by name. */
  readonly errno?: string
  /** The places in config.json that decide: "linux.seccomp.syscalls[3].args[0]". A sentence where there is none. */
  readonly because: string
}

/** Gives a verdict for each architecture of this machine. Throws a Failure for a call that none of them has. */
export function explainSeccomp(profile: LinuxSeccomp, { syscall, args }: Question): Verdict[] {
  const architectures = [MACHINE_HERE.native, ...MACHINE_HERE.others]
  const number = /^\d+$/.test(syscall) ? Number(syscall) : undefined
  if (number === undefined) refuseUnknown(architectures, syscall)
  return architectures.map((architecture) => {
    const { name, first, end } = architecture
    const found = number ?? numberOf(architecture, syscall)
    if (found === undefined || found < first || found >= end)
      return { architecture: name, because: `${name} has no such system call` }
    const call = { architecture: name, syscall: found, args }
    const explanation = explain(profile, MACHINE_HERE, call)
    const { action, errno, rule } = explanation
    // A multiplexer (socketcall, ipc) meets the rules of the calls behind it, whose arguments are elsewhere.
    const named = number !== undefined || profile.syscalls[rule ?? -1]?.names.includes(syscall) === true
    return {
      architecture: name,
      number: found,
      action,
      ...(errno === undefined ? {} : { errno: errnoName(errno) }),
      because: reason(explanation, named ? conditionsOf(profile, architecture, { ...call, rule }) : []),
    }
  })
}

function reason({ because, rule = 0 }: Explanation, conditions: readonly number[]): string {
  const place = `linux.seccomp.syscalls[${rule}]`
  if (because === 'a rule')
    return conditions.length === 0 ? place : conditions.map((index) => `${place}.args[${index}]`).join(', ')
  if (because === 'the default action') return 'linux.seccomp.defaultAction'
  if (because === 'its architecture is not named') return 'linux.seccomp.architectures'
  return 'the call is newer than all that linux.seccomp.syscalls names'
}

function refuseUnknown(architectures: readonly Architecture[], syscall: string): void {
  const names = new Set(architectures.flatMap(namesOf))
  if (names.has(syscall)) return
  const meant = nearest(syscall, names)
  throw new Failure(
    `Cannot explain "${syscall}": ${MACHINE_HERE.name} has no such system call`,
    meant === undefined ? undefined : `did you mean "${meant}"?`,
  )
}
