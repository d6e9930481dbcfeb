// The tables of system calls against those of others: libseccomp's of every architecture, and the kernel headers that
// happen to be installed, which are older than the tables and must agree with them as far as they go.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { SECCOMP_ARCHITECTURES } from '#src/config/schema/seccomp.ts'
import { type Architecture, eachClass, numberOf } from '#src/security/seccomp/architectures.ts'
import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import { FOREIGN_MACHINES } from '#src/security/seccomp/machines-foreign.ts'
import { shortName } from '#tests/support/compare-filters.ts'
import { libseccompTest } from '#tests/support/libseccomp.ts'
import { needs } from '#tests/support/needs.ts'
import { KERNEL_HEADER } from '#tests/support/requirements.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'
import { architectureOf } from './filter.ts'

const ALL = [X86_MACHINE, ARM_MACHINE, ...FOREIGN_MACHINES].flatMap(({ native, others }) => [native, ...others])

test('every architecture of the specification is known once', () => {
  expect(ALL.map(({ name }) => name).toSorted()).toEqual([...SECCOMP_ARCHITECTURES].toSorted())
})

test('they have the AUDIT_ARCH_* values of linux/audit.h', () => {
  const value = (name: string) => ALL.find((one) => one.name === `SCMP_ARCH_${name}`)?.audit
  expect(['X86_64', 'X32', 'X86', 'AARCH64', 'ARM'].map(value)).toEqual([
    0xc000_003e, 0xc000_003e, 0x4000_0003, 0xc000_00b7, 0x4000_0028,
  ])
  expect(['MIPS', 'MIPSEL64', 'MIPS64N32', 'MIPSEL64N32', 'S390', 'S390X', 'PPC64LE', 'PARISC64'].map(value)).toEqual([
    0x8, 0xc000_0008, 0xa000_0008, 0xe000_0008, 0x16, 0x8000_0016, 0xc000_0015, 0x8000_000f,
  ])
})

describe('a table', () => {
  for (const architecture of ALL) {
    libseccompTest(`of ${architecture.name} agrees with libseccomp on every name that both know`, (library) => {
      const name = shortName(architecture)
      // Negative: of another architecture only, or reached through socketcall or ipc in libseccomp's eyes.
      const common = [...numbersOf(architecture)].filter(([call]) => (library.number(name, call) ?? -1) >= 0)
      expect(common.filter(([call, number]) => library.number(name, call) !== number)).toEqual([])
      expect(common.length > 250).toBe(library.knows(name))
    })
  }

  needs('kernel-headers').test('has every number of the installed kernel headers', () => {
    const found = [...readFileSync(KERNEL_HEADER, 'utf8').matchAll(/^#define __NR_(\w+) (\d+)$/gm)]
    const numbers = numbersOf(X86_MACHINE.native)
    expect(found.length).toBeGreaterThan(300)
    expect(found.filter(([, call = '', number]) => numbers.get(call) !== Number(number))).toEqual([])
  })

  test('reads the same to the program as to the tests', () => {
    for (const architecture of ALL) expect(read(architecture)).toEqual([...numbersOf(architecture)])
  })
})

test('x32 has the calls of x86-64 with a bit set, but for those that it numbers from 512 on or has not', () => {
  const x32 = architectureOf(X86_MACHINE, 'SCMP_ARCH_X32')
  expect(['read', 'rt_sigaction', 'ioctl', 'uselib'].map((name) => numberOf(x32, name))).toEqual([
    0x4000_0000,
    0x4000_0200,
    0x4000_0202,
    undefined,
  ])
  expect(['read', 'rt_sigaction', 'ioctl', 'uselib'].map((name) => numberOf(X86_MACHINE.native, name))).toEqual([
    0, 13, 16, 134,
  ])
})

test('the last visit of a walk is at the end, with the newest call that has a class', () => {
  const visits: unknown[][] = []
  const arm = architectureOf(ARM_MACHINE, 'SCMP_ARCH_ARM')
  eachClass(
    arm,
    new Map([
      ['read', 'a'],
      ['write', 'a'],
      ['set_tls', 'b'],
    ]),
    'none',
    (...visit) => visits.push(visit),
  )
  expect(visits).toEqual([
    [3, 'a', 3],
    [5, 'none', 4],
    [0xf_0005, 'b', 4],
    [0xf_0006, 'none', 4],
    [0x1_0000_0000, 'none', 4],
  ])
})

function read(architecture: Architecture): readonly (readonly [string, number])[] {
  const classes = new Map([...numbersOf(architecture).keys()].map((name) => [name, name]))
  const found: [string, number][] = []
  eachClass(architecture, classes, '', (number, name) => {
    if (name !== '') found.push([name, number])
  })
  return found
}
