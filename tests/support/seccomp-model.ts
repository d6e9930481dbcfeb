// What a seccomp profile means, call by call, said as plainly as possible: every rule is asked whether it holds. Slow,
// and with one thing left open: which of several rules wins that hold at once with different actions.

import type { Architecture } from '#src/security/seccomp/architectures.ts'
import type { Machine } from '#src/security/seccomp/machine.ts'
import type { ArgumentRule, Profile, SyscallRule } from '#src/security/seccomp/profile.ts'
import { actionValue } from './libseccomp.ts'
import { numbersOf } from './syscall-numbers.ts'

const ENOSYS = 0x0005_0026
const KILL = 0
const ARM_PRIVATE = 0xf_0000
const X32_BIT = 0x4000_0000
const SKIPPED = 0xffff_ffff

/** The calls behind socketcall(2) by their numbers from 1 on, and those behind ipc(2). */
const SOCKET_CALLS = callsOf(
  'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown ' +
    'setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg',
)
const IPC_CALLS = callsOf(
  'semop semget semctl semtimedop 5 6 7 8 9 10 msgsnd msgrcv msgget msgctl 15 16 17 18 19 20 shmat shmdt shmget shmctl',
)

function callsOf(names: string): ReadonlyMap<string, number> {
  return new Map(names.split(' ').map((name, i) => [name, i + 1]))
}

/** A system call as a filter meets it. */
export interface Met {
  readonly audit: number
  readonly number: number
  readonly args: readonly bigint[]
}

/** Says what a filter may answer to a call: one value, or several where rules contradict each other. */
export type Model = (call: Met) => ReadonlySet<number>

/** A rule about one number of one architecture, with alternatives of conditions. */
interface Asked {
  readonly value: number
  readonly alternatives: readonly (readonly ArgumentRule[])[]
}

/** An architecture with its rules by number, and where the calls that are newer than the profile begin and end. */
interface Part {
  readonly architecture: Architecture
  readonly rules: ReadonlyMap<number, readonly Asked[]>
  readonly newer: { readonly from: number; readonly below: number }
}

/** Takes a profile and its machine, gives the model. */
export function seccompModel(profile: Profile, machine: Machine): Model {
  const covered = [machine.native, ...machine.others.filter(({ name }) => profile.architectures?.includes(name))]
  const permissive = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(profile.defaultAction)
  const hides = !permissive && profile.defaultErrnoRet !== 38
  const parts = covered.map((architecture) => partOf(profile, architecture, hides))
  const fallback = actionValue(profile.defaultAction, profile.defaultErrnoRet)
  return ({ audit, number, args }) => {
    const part = parts.find(({ architecture }) => owns(architecture, audit, number))
    if (part === undefined) {
      const skipped = audit === machine.native.audit && number === SKIPPED
      return new Set([skipped ? fallback : KILL])
    }
    if (number >= part.newer.from && number < part.newer.below) return new Set([ENOSYS])
    return verdicts(part.rules.get(number) ?? [], args, { bits: part.architecture.bits, fallback })
  }
}

function owns({ name, audit }: Architecture, asked: number, number: number): boolean {
  if (name === 'SCMP_ARCH_X86_64' && number >= X32_BIT) return false
  if (name === 'SCMP_ARCH_X32' && number < X32_BIT) return false
  return audit === asked
}

function partOf(profile: Profile, architecture: Architecture, hides: boolean): Part {
  const rules = rulesByNumber(profile, architecture)
  const below = architecture.name === 'SCMP_ARCH_ARM' ? ARM_PRIVATE : Infinity
  const newest = Math.max(-1, ...[...rules.keys()].filter((number) => number < below))
  return { architecture, rules, newer: { from: hides && newest >= 0 ? newest + 1 : Infinity, below } }
}

function verdicts(
  rules: readonly Asked[],
  args: readonly bigint[],
  { bits, fallback }: { readonly bits: 32 | 64; readonly fallback: number },
): ReadonlySet<number> {
  const said = rules.filter(({ value }) => value !== fallback)
  const free = said.find(({ alternatives }) => alternatives.some((all) => all.every((one) => asksNothing(one, bits))))
  if (free !== undefined) return new Set([free.value])
  const holding = said.filter(({ alternatives }) =>
    alternatives.some((all) => all.every((one) => holds(one, args, bits))),
  )
  return new Set(holding.length === 0 ? [fallback] : holding.map(({ value }) => value))
}

function asksNothing({ op, value }: ArgumentRule, bits: 32 | 64): boolean {
  return op === 'SCMP_CMP_MASKED_EQ' && BigInt.asUintN(bits, BigInt(value)) === 0n
}

function holds({ index, op, value, valueTwo = 0 }: ArgumentRule, args: readonly bigint[], bits: 32 | 64): boolean {
  const argument = BigInt.asUintN(bits, args[index] ?? 0n)
  const first = BigInt.asUintN(bits, BigInt(value))
  switch (op) {
    case 'SCMP_CMP_EQ':
      return argument === first
    case 'SCMP_CMP_NE':
      return argument !== first
    case 'SCMP_CMP_LT':
      return argument < first
    case 'SCMP_CMP_LE':
      return argument <= first
    case 'SCMP_CMP_GE':
      return argument >= first
    case 'SCMP_CMP_GT':
      return argument > first
    case 'SCMP_CMP_MASKED_EQ':
      return (argument & first) === (BigInt(valueTwo) & first)
  }
}

function rulesByNumber({ syscalls = [] }: Profile, architecture: Architecture): Map<number, readonly Asked[]> {
  const found = new Map<number, readonly Asked[]>()
  for (const rule of syscalls) {
    const value = actionValue(rule.action, rule.errnoRet)
    for (const name of rule.names) {
      for (const { number, call } of waysTo(architecture, name)) {
        found.set(number, [...(found.get(number) ?? []), { value, alternatives: alternatives(rule, call) }])
      }
    }
  }
  return found
}

/** A call's own number, and that of socketcall or ipc with what asks them for it. */
function waysTo(architecture: Architecture, name: string): readonly { number: number; call?: number }[] {
  const numbers = numbersOf(architecture)
  const own = numbers.get(name)
  const call = SOCKET_CALLS.get(name) ?? IPC_CALLS.get(name)
  const door = call === undefined ? undefined : numbers.get(SOCKET_CALLS.has(name) ? 'socketcall' : 'ipc')
  return [
    ...(own === undefined ? [] : [{ number: own }]),
    ...(door === undefined || call === undefined ? [] : [{ number: door, call }]),
  ]
}

function alternatives({ args = [] }: SyscallRule, call: number | undefined): readonly (readonly ArgumentRule[])[] {
  const twice = new Set(args.map(({ index }) => index)).size < args.length
  const all = twice ? args.map((one) => [one]) : [args]
  if (call === undefined) return all
  const asking: ArgumentRule = { index: 0, op: 'SCMP_CMP_EQ', value: call }
  return all.map((conditions) => [asking, ...conditions.filter(({ index }) => index > 0)])
}
