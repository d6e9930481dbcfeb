// A profile with SCMP_ACT_NOTIFY as two filters: what the kernel makes of both is what one filter would say.

import { expect, test } from 'bun:test'

import { compile, compilePolicy } from '#src/security/seccomp/compile.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import { asking, deciding, notifies } from '#src/security/seccomp/notify.ts'
import { policy } from '#src/security/seccomp/policy.ts'
import type { Profile } from '#src/security/seccomp/profile.ts'
import { type ClassicProgram, classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'
import { boundaries, randomFrom, randomProfile } from '#tests/support/random-profile.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'
import { ALLOW, EPERM, KILL_THREAD } from './filter.ts'
import { readProfile } from './profiles.ts'

const NOTIFY = 0x7fc0_0000
const NUMBERS = numbersOf(X86_MACHINE.native)
const AUDITS = [X86_MACHINE.native, ...X86_MACHINE.others].map(({ audit }) => audit)
const UNKNOWN_AUDIT = 0x1234_5678
const PROFILES = 60

/** The three filters of a profile. */
function filtersOf(profile: Profile) {
  const whole = policy(profile, X86_MACHINE)
  return {
    one: classicProgram(compile(profile, X86_MACHINE).program),
    asks: classicProgram(compilePolicy(asking(whole)).program),
    decides: classicProgram(compilePolicy(deciding(whole)).program),
  }
}

/** Of two verdicts the kernel takes the one that is less as a signed number (seccomp(2)). */
const stricter = (a: number, b: number): number => ((a | 0) <= (b | 0) ? a : b)

/** Actions that are the same to the kernel: it looks at the upper half first. */
const shown = (value: number): string => `0x${value.toString(16)}`

test('both filters together say on every call what one would', () => {
  for (let seed = 0; seed < PROFILES; seed++) {
    const random = randomFrom(seed)
    const profile = randomProfile(random, [...NUMBERS.keys()], ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'])
    const { one, asks, decides } = filtersOf(profile)
    const values = boundaries(profile)
    for (const audit of [...AUDITS, UNKNOWN_AUDIT])
      for (let number = -1; number < 480; number++)
        for (let i = 0; i < 8; i++) {
          const args = values.map((some) => some[random(some.length)] ?? 0n)
          const data = seccompData(number, audit, args)
          const both = stricter(runClassic(asks, data), runClassic(decides, data))
          if (both !== runClassic(one, data))
            throw new Error(`profile ${seed}, call ${number} of ${shown(audit)}: ${shown(both)}`)
        }
  }
})

test('the filter that asks says nothing but NOTIFY and ALLOW, and the other one never NOTIFY', () => {
  for (let seed = 0; seed < PROFILES; seed++) {
    const profile = randomProfile(randomFrom(seed), [...NUMBERS.keys()], [])
    const { asks, decides } = filtersOf(profile)
    for (const value of verdicts(asks)) expect([NOTIFY, ALLOW]).toContain(value)
    expect(verdicts(decides)).not.toContain(NOTIFY)
  }
})

test('the filter that asks is small, and remembered by the kernel for what it does not ask about', () => {
  const docker = readProfile('docker-28')
  const rule = { names: ['mknod', 'mknodat'], action: 'SCMP_ACT_NOTIFY' } as const
  const profile: Profile = { ...docker, syscalls: [...(docker.syscalls ?? []), rule] }
  const { asks } = filtersOf({ ...profile, architectures: [] })
  expect(asks.code.length).toBeLessThan(16)
  expect(runClassic(asks, seccompData(NUMBERS.get('read') ?? -1, X86_MACHINE.native.audit))).toBe(ALLOW)
  expect(asks.looked).toBe(false)
})

test('an architecture that the profile does not name is the business of the filter that decides', () => {
  const rule = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' } as const
  const { asks, decides } = filtersOf({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule] })
  const data = seccompData(0, UNKNOWN_AUDIT)
  expect([runClassic(asks, data), runClassic(decides, data)]).toEqual([ALLOW, KILL_THREAD])
  const mkdir = seccompData(NUMBERS.get('mkdir') ?? -1, X86_MACHINE.native.audit)
  expect([runClassic(asks, mkdir), runClassic(decides, mkdir)]).toEqual([NOTIFY, ALLOW])
  const read = seccompData(NUMBERS.get('read') ?? -1, X86_MACHINE.native.audit)
  expect([runClassic(asks, read), runClassic(decides, read)]).toEqual([ALLOW, EPERM])
})

test('a profile asks an agent if one of its rules does', () => {
  const rule = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' } as const
  expect(notifies({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] })).toBe(true)
  expect(notifies({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ ...rule, action: 'SCMP_ACT_LOG' }] })).toBe(false)
  expect(notifies({ defaultAction: 'SCMP_ACT_ALLOW' })).toBe(false)
})

/** What a program can return. */
function verdicts({ code, k }: ClassicProgram): number[] {
  return [...code].flatMap((operation, i) => (operation === 0x06 ? [k[i] ?? 0] : []))
}
