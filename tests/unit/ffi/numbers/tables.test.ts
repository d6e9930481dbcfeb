// The tables of numbers against what the running system says.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

import { CAPABILITY } from '#ffi/numbers/capability.ts'
import { RLIMIT } from '#ffi/numbers/rlimit.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'

test('signals have the numbers that Node knows, and there is one for each number', () => {
  const known = new Map<string, number>(Object.entries(constants.signals))
  for (const [name, number] of Object.entries(SIGNAL)) expect([name, known.get(name)]).toEqual([name, number])
  const numbers: number[] = Object.values(SIGNAL)
  expect(numbers).toEqual(Array.from({ length: 31 }, (_, i) => i + 1))
})

test('limits are those of proc(5), in the order of their numbers', () => {
  const lines = readFileSync('/proc/self/limits', 'utf8').trim().split('\n').slice(1)
  const numbers: number[] = Object.values(RLIMIT)
  expect(numbers).toEqual(lines.map((_, i) => i))
  expect(lines[RLIMIT.RLIMIT_NOFILE]).toMatch(/^Max open files /)
  expect(lines[RLIMIT.RLIMIT_RTTIME]).toMatch(/^Max realtime timeout /)
})

test('capabilities are numbered without a gap, as far as this kernel knows them', () => {
  const numbers: number[] = Object.values(CAPABILITY)
  expect(numbers).toEqual(numbers.map((_, i) => i))
  expect(numbers.length).toBeGreaterThanOrEqual(Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8')) + 1)
})
