// Our filters against libseccomp's: the same verdict on every call. Where libseccomp is no judge, which compare-filters.ts
// says, the plain model is. BUNC_SECCOMP_PROFILES is the number of random profiles, for a longer run than the usual one.

import { describe, expect, test } from 'bun:test'

import { compile } from '#src/security/seccomp/compile.ts'
import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import type { Machine } from '#src/security/seccomp/machine.ts'
import { FOREIGN_MACHINES } from '#src/security/seccomp/machines-foreign.ts'
import type { Profile } from '#src/security/seccomp/profile.ts'
import { comparableNames, type Comparison, compareFilters } from '#tests/support/compare-filters.ts'
import { type Libseccomp, libseccompTest } from '#tests/support/libseccomp.ts'
import { randomFrom, randomProfile } from '#tests/support/random-profile.ts'
import { USED } from './profiles.ts'

const PROFILES = Number(process.env['BUNC_SECCOMP_PROFILES'] ?? 2000)
const LIMIT = 20_000 + 60 * PROFILES

describe('profiles in use', () => {
  for (const { name, profile, machine } of USED) {
    libseccompTest(`${name} gives the same verdict on every call`, (library) => {
      const { faults, disagreements, broken } = compareFilters({
        library,
        machine,
        profile: known(profile, comparableNames(library, machine)),
        random: randomFrom(1),
      })
      expect({ faults, disagreements, broken }).toEqual({ faults: [], disagreements: 0, broken: false })
    })
  }
})

describe('random profiles', () => {
  const foreign = FOREIGN_MACHINES.filter(({ name }) => name === 'riscv64' || name === 'mips64el')
  for (const [machine, share] of [
    [X86_MACHINE, 0.7],
    [ARM_MACHINE, 0.3],
    ...foreign.map((one) => [one, 0.05] as const),
  ] as const) {
    libseccompTest(
      `get the same verdict on every call of ${machine.name}`,
      (library) => {
        const results = compareRandom(library, machine, Math.round(PROFILES * share))
        const judged = results.filter(({ broken }) => !broken)
        expect(results.flatMap(({ faults }) => faults)).toEqual([])
        // A misunderstanding of ours would show in more than a profile or two.
        expect(judged.filter(({ disagreements }) => disagreements > 0).length).toBeLessThan(results.length * 0.02)
        expect(judged.length).toBeGreaterThan(results.length * 0.6)
      },
      LIMIT,
    )
  }
})

describe('the comparison itself', () => {
  const profile: Profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['read', 'write', 'futex', 'openat'], action: 'SCMP_ACT_ALLOW' },
      { names: ['socket'], action: 'SCMP_ACT_TRAP', args: [{ index: 0, value: 0x1_0000_0010n, op: 'SCMP_CMP_EQ' }] },
      {
        names: ['clone'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 1, value: 0xf0, valueTwo: 0x30, op: 'SCMP_CMP_MASKED_EQ' }],
      },
      { names: ['ioctl'], action: 'SCMP_ACT_LOG', args: [{ index: 2, value: 0x2_0000_0003n, op: 'SCMP_CMP_GT' }] },
    ],
  }
  const filter = compile(profile, X86_MACHINE)
  for (let i = 0; i < filter.instructions; i++) {
    libseccompTest(`finds a filter with another operand in instruction ${i}`, (library) => {
      const program = filter.program.slice()
      const operand = new DataView(program.buffer).getUint32(8 * i + 4, true)
      // A load is moved by a word, anything else gets another lowest bit.
      const loads = program[8 * i] === 0x20
      new DataView(program.buffer).setUint32(8 * i + 4, loads ? operand ^ 4 : operand ^ 1, true)
      const { faults } = compareFilters({ library, machine: X86_MACHINE, profile, random: randomFrom(1), program })
      expect(faults).not.toEqual([])
    })
  }

  test('knows that there is something to compare', () => {
    expect(filter.instructions).toBeGreaterThan(20)
  })
})

/** Names that the two do not number alike are of a kernel newer than the library. */
function known(profile: Profile, names: readonly string[]): Profile {
  const both = new Set(names)
  return {
    ...profile,
    syscalls: profile.syscalls?.map((rule) => ({ ...rule, names: rule.names.filter((name) => both.has(name)) })),
  }
}

function compareRandom(library: Libseccomp, machine: Machine, count: number): readonly Comparison[] {
  const names = comparableNames(library, machine)
  return Array.from({ length: count }, (_, seed) => {
    const random = randomFrom(seed)
    const profile = randomProfile(
      random,
      names,
      machine.others.map(({ name }) => name),
    )
    return compareAccepted({ library, machine, random, profile })
  })
}

/** A rule that libseccomp refuses is one that runc would not start a container with: it is left out for both. */
function compareAccepted(subject: Parameters<typeof compareFilters>[0]): Comparison {
  const comparison = compareFilters(subject)
  if (comparison.refused.size === 0) return comparison
  const syscalls = subject.profile.syscalls?.filter((_, i) => !comparison.refused.has(i))
  return compareAccepted({ ...subject, profile: { ...subject.profile, syscalls } })
}
