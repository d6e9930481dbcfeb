// Explanations: the reasons they give, and that they say what the filters do.

import { describe, expect, test } from 'bun:test'

import { explain } from '#src/security/seccomp/explain.ts'
import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import { classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'
import { actionValue } from '#tests/support/libseccomp.ts'
import { boundaries, randomFrom, randomProfile } from '#tests/support/random-profile.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'
import { compile } from '#src/security/seccomp/compile.ts'
import { readProfile } from './profiles.ts'

const docker = readProfile('docker-28')

describe('the reason', () => {
  test('is a rule, with its index', () => {
    expect(explain(docker, X86_MACHINE, { syscall: 'read' })).toEqual({
      architecture: 'SCMP_ARCH_X86_64',
      number: 0,
      action: 'SCMP_ACT_ALLOW',
      because: 'a rule',
      rule: 0,
    })
    expect(explain(docker, X86_MACHINE, { syscall: 'personality', args: [0x20008] })).toMatchObject({ rule: 6 })
    expect(explain(docker, X86_MACHINE, { syscall: 'clone3' })).toMatchObject({
      action: 'SCMP_ACT_ERRNO',
      errno: 38,
      rule: 11,
    })
  })

  test('is the rule that names the call, with the same verdict as that of a neighbour or not', () => {
    for (const { name } of [X86_MACHINE.native, ...X86_MACHINE.others])
      for (const syscall of ['process_vm_readv', 'ptrace', 'arch_prctl', 'chroot']) {
        const { rule = -1 } = explain(docker, X86_MACHINE, { architecture: name, syscall })
        expect({ name, syscall, named: docker.syscalls?.[rule]?.names.includes(syscall) }).toMatchObject({
          named: true,
        })
      }
  })

  test('is the default action, if the conditions of all rules fail or there is no rule', () => {
    const refused = { action: 'SCMP_ACT_ERRNO', errno: 1, because: 'the default action' }
    expect(explain(docker, X86_MACHINE, { syscall: 'socket', args: [40] })).toMatchObject(refused)
    expect(explain(docker, X86_MACHINE, { syscall: 'mount' })).toMatchObject(refused)
  })

  test('is that the call is newer than the profile', () => {
    expect(explain(docker, X86_MACHINE, { syscall: 900 })).toMatchObject({
      action: 'SCMP_ACT_ERRNO',
      errno: 38,
      because: 'it is newer than the profile',
    })
  })

  test('is that the profile does not name the architecture', () => {
    const native = { ...docker, architectures: ['SCMP_ARCH_X86_64'] }
    for (const architecture of ['SCMP_ARCH_X86', 'SCMP_ARCH_X32']) {
      expect(explain(native, X86_MACHINE, { architecture, syscall: 'read' })).toMatchObject({
        action: 'SCMP_ACT_KILL_THREAD',
        because: 'its architecture is not named',
      })
    }
  })
})

describe('a call', () => {
  test('of another architecture of the machine has its number', () => {
    const call = { architecture: 'SCMP_ARCH_X86', syscall: 'read' }
    expect(explain(docker, X86_MACHINE, call)).toMatchObject({ number: 3, action: 'SCMP_ACT_ALLOW' })
  })

  test('that the architecture has not is an error', () => {
    expect(() => explain(docker, ARM_MACHINE, { syscall: 'open' })).toThrow(
      'Cannot explain "open": SCMP_ARCH_AARCH64 has no such system call',
    )
  })

  test('whose number is of another architecture is an error', () => {
    expect(() => explain(docker, X86_MACHINE, { architecture: 'SCMP_ARCH_X32', syscall: 5 })).toThrow(
      'Cannot explain "5": SCMP_ARCH_X32 has no such system call',
    )
  })

  test('of an architecture that the machine has not is an error', () => {
    expect(() => explain(docker, ARM_MACHINE, { architecture: 'SCMP_ARCH_X86', syscall: 'read' })).toThrow(
      'Cannot explain a call of "SCMP_ARCH_X86": it does not run on aarch64',
    )
  })
})

for (const machine of [X86_MACHINE, ARM_MACHINE]) {
  test(`explanations say what the filters do, on ${machine.name}`, () => {
    const architectures = [machine.native, ...machine.others]
    const names = [...new Set(architectures.flatMap((one) => [...numbersOf(one).keys()]))]
    const random = randomFrom(1)
    for (let i = 0; i < 40; i++) {
      const profile = randomProfile(
        random,
        names,
        architectures.map(({ name }) => name),
      )
      const filter = classicProgram(compile(profile, machine).program)
      const named = (profile.syscalls ?? []).flatMap((rule) => rule.names)
      const values = boundaries(profile)
      for (let k = 0; k < 200; k++) {
        const architecture = architectures[random(architectures.length)] ?? machine.native
        const number =
          numbersOf(architecture).get(named[random(named.length)] ?? '') ?? architecture.first + random(1024)
        const args = values.map((some) => some[random(some.length)] ?? 0n)
        const { action, errno } = explain(profile, machine, { architecture: architecture.name, syscall: number, args })
        expect(actionValue(action, errno)).toBe(runClassic(filter, seccompData(number, architecture.audit, args)))
      }
    }
  })
}
