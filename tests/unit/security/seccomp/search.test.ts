// What a system call costs under a filter: instructions, or nothing where the kernel remembers the verdict.

import { expect, test } from 'bun:test'

import { compile } from '#src/security/seccomp/compile.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import { type ClassicProgram, classicProgram, runClassic, seccompData } from '#tests/support/bpf-interpreter.ts'
import { shortName } from '#tests/support/compare-filters.ts'
import { libseccompTest } from '#tests/support/libseccomp.ts'
import { numbersOf } from '#tests/support/syscall-numbers.ts'
import { readProfile, USED } from './profiles.ts'

for (const { name, profile, machine } of USED) {
  test(`under ${name} the kernel can remember every call that is allowed whatever its arguments are`, () => {
    const filter = classicProgram(compile(profile, machine).program)
    const named = new Set(profile.syscalls?.flatMap(({ names, args = [] }) => (args.length === 0 ? names : [])))
    for (const call of named) {
      const number = numbersOf(machine.native).get(call)
      if (number === undefined) continue
      runClassic(filter, seccompData(number, machine.native.audit))
      expect({ call, looked: filter.looked }).toEqual({ call, looked: false })
    }
  })
}

libseccompTest('no call takes more instructions than in the tree of libseccomp, or than in its chain', (library) => {
  const profile = readProfile('docker-28')
  const names = (profile.architectures ?? []).map((name) => shortName({ name }))
  const ours = classicProgram(compile(profile, X86_MACHINE).program)
  const chain = classicProgram(library.compile(profile, names).program)
  const tree = classicProgram(library.compile(profile, names, true).program)
  const known = [...numbersOf(X86_MACHINE.native)].filter(([name]) => library.number('x86_64', name) !== undefined)
  const slowerThan = (theirs: ClassicProgram) =>
    known.flatMap(([, number]) => (stepsOf(ours, number) > stepsOf(theirs, number) ? [number] : []))
  expect(slowerThan(tree)).toEqual([])
  expect(slowerThan(chain)).toEqual([])
  expect(ours.code.length * 3).toBeLessThan(chain.code.length)
})

function stepsOf(filter: ClassicProgram, number: number): number {
  runClassic(filter, seccompData(number, X86_MACHINE.native.audit))
  return filter.steps
}
