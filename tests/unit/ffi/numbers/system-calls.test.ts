// The numbers of system calls against a second source: the tables of the seccomp compiler, which were generated from the
// kernel's headers.

import { expect, test } from 'bun:test'

import { ARM64 } from '#ffi/numbers/arm64.ts'
import { X64 } from '#ffi/numbers/x64.ts'
import { AARCH64 } from '#src/security/seccomp/syscalls-arm.ts'
import { X86_64 } from '#src/security/seccomp/syscalls-x86.ts'

/** Names in the order of their numbers; a number says where counting goes on, a minus marks what x32 has not. */
function numbersOf(table: string): Map<string, number> {
  const numbers = new Map<string, number>()
  let next = 0
  for (const word of table.split(' ')) {
    if (/^\d+$/.test(word)) next = Number(word)
    else numbers.set(word.replace('-', ''), next++)
  }
  return numbers
}

test.each([
  ['x86-64', X64, X86_64],
  ['AArch64', ARM64, AARCH64],
])('%s', (_, ours, table) => {
  const theirs = numbersOf(table)
  const expected = Object.keys(ours).map((name): [string, number | undefined] => [name, theirs.get(name)])
  expect(Object.entries(ours)).toEqual(expected.map(([name, number]) => [name, number ?? -1]))
})

test('both architectures have the same calls', () => {
  expect(Object.keys(ARM64).toSorted()).toEqual(Object.keys(X64).toSorted())
})
