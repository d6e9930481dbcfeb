// Limits of a process, against what proc(5) says.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { getLimit, setLimit } from '#ffi/calls/resource.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'

const UNLIMITED = 2n ** 64n - 1n

test('a limit is what /proc says it is', () => {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const [, soft, hard] = /^Max open files +(\w+) +(\w+)/m.exec(limits) ?? []
  const value = (text: string | undefined) => (text === 'unlimited' ? UNLIMITED : BigInt(text ?? -1))
  expect(here(getLimit(0, 'RLIMIT_NOFILE'))).toEqual({ soft: value(soft), hard: value(hard) })
  expect(here(getLimit(process.pid, 'RLIMIT_CPU'))).toEqual({ soft: UNLIMITED, hard: UNLIMITED })
})

test('a limit that is set is the one that is asked for', () => {
  const before = here(getLimit(0, 'RLIMIT_CORE'))
  here(setLimit(0, 'RLIMIT_CORE', { soft: 0n, hard: before.hard }))
  expect(here(getLimit(0, 'RLIMIT_CORE'))).toEqual({ soft: 0n, hard: before.hard })
  here(setLimit(0, 'RLIMIT_CORE', before))
})

test('both values are 64 bits wide', () => {
  const call = setLimit(12, 'RLIMIT_AS', { soft: 2n ** 63n + 1n, hard: UNLIMITED })
  const { args, view } = encoded(call)
  expect([args[0], args[1], args[3]]).toEqual([12n, 9n, 0n])
  expect([0, 8].map((at) => view(2, 16).getBigUint64(at, true))).toEqual([2n ** 63n + 1n, UNLIMITED])
  expect(call.show()).toBe('prlimit64(12, RLIMIT_AS, {9223372036854775809, 18446744073709551615}, NULL)')
})
