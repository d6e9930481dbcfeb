// What in a profile is said to be without effect.

import { describe, expect, test } from 'bun:test'

import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import type { Profile } from '#src/security/seccomp/profile.ts'
import { warnings } from '#src/security/seccomp/warnings.ts'
import { allowing, denying } from './filter.ts'
import { readProfile } from './profiles.ts'

const warned = (profile: Profile) => warnings(profile, X86_MACHINE)

test('a profile that is all in effect gives none', () => {
  expect(warned(readProfile('containerd-2.1'))).toEqual([])
})

test('an architecture that the machine cannot run is named', () => {
  const profile = { ...denying(), architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_S390X'] }
  expect(warned(profile)).toEqual(['architectures[1]: "SCMP_ARCH_S390X" does not run on x86-64'])
})

describe('a name', () => {
  test('that is no system call is named with its place', () => {
    expect(warned(denying(allowing('read'), allowing('write reed')))).toEqual([
      'syscalls[1].names[1]: "reed" is no system call of x86-64',
    ])
  })

  test('that only an architecture has which the profile does not name is no system call', () => {
    expect(warned(denying(allowing('chown32')))).toEqual([
      'syscalls[0].names[0]: "chown32" is no system call of x86-64',
    ])
    expect(warned({ ...denying(allowing('chown32')), architectures: ['SCMP_ARCH_X86'] })).toEqual([])
  })

  test('that is reached through socketcall or ipc alone is one', () => {
    expect(warned({ ...denying(allowing('send semop')), architectures: ['SCMP_ARCH_X86'] })).toEqual([])
    expect(warnings(denying(allowing('send')), ARM_MACHINE)).toHaveLength(1)
  })
})

describe('a rule', () => {
  const trap = { ...allowing('socket'), action: 'SCMP_ACT_TRAP' } as const

  test('beside one without conditions that is listed first is said to be without effect', () => {
    expect(warned(denying(allowing('socket'), trap))).toEqual([
      'syscalls[1]: "socket" is decided by syscalls[0], whatever its arguments are',
    ])
  })

  test('with conditions is so before one without as well', () => {
    expect(warned(denying(allowing('socket', [0, 'SCMP_CMP_EQ', 1]), trap))).toEqual([
      'syscalls[0]: "socket" is decided by syscalls[1], whatever its arguments are',
    ])
  })

  test('with all conditions of one before it is so too', () => {
    const [shorter, longer] = [
      allowing('socket', [0, 'SCMP_CMP_EQ', 1]),
      {
        ...trap,
        ...allowing('socket', [0, 'SCMP_CMP_EQ', 1], [1, 'SCMP_CMP_EQ', 2]),
        action: 'SCMP_ACT_TRAP' as const,
      },
    ]
    expect(warned(denying(shorter, longer))).toEqual([
      'syscalls[1]: "socket" is decided by a rule before it, whose conditions are fewer or equal',
    ])
    expect(warned(denying(longer, shorter))).toEqual([])
  })

  test('that says the same as another, or as the default, is not worth a word', () => {
    expect(warned(denying(allowing('socket'), allowing('socket'), { ...trap, action: 'SCMP_ACT_ERRNO' }))).toEqual([])
  })
})
