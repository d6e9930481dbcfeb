// Actions and flags of a profile.

import { describe, expect, test } from 'bun:test'

import { SECCOMP_ACTIONS, SECCOMP_FLAGS } from '#src/config/schema/seccomp.ts'
import { ACTIONS, describeVerdict, hidesNewerCalls, verdict } from '#src/security/seccomp/actions.ts'
import { filterFlags, FLAGS } from '#src/security/seccomp/flags.ts'

test('the actions and flags are those of the schema', () => {
  expect(Object.keys(ACTIONS).toSorted()).toEqual([...SECCOMP_ACTIONS].toSorted())
  expect([...FLAGS].toSorted()).toEqual([...SECCOMP_FLAGS].toSorted())
})

describe('an action', () => {
  test('that carries a number has EPERM without one', () => {
    expect([verdict('SCMP_ACT_ERRNO', undefined), verdict('SCMP_ACT_TRACE', undefined)]).toEqual([
      0x5_0001, 0x7ff0_0001,
    ])
  })

  test('that carries a number has 16 bits of it', () => {
    expect([verdict('SCMP_ACT_ERRNO', 0), verdict('SCMP_ACT_ERRNO', 0x1_ffff)]).toEqual([0x5_0000, 0x5_ffff])
  })

  test('that carries none leaves it out', () => {
    expect([verdict('SCMP_ACT_KILL_PROCESS', 7), verdict('SCMP_ACT_NOTIFY', 7)]).toEqual([0x8000_0000, 0x7fc0_0000])
  })

  test('is found again in the result of a filter', () => {
    expect(describeVerdict(verdict('SCMP_ACT_TRACE', 9))).toEqual({ action: 'SCMP_ACT_TRACE', errno: 9 })
    expect(describeVerdict(verdict('SCMP_ACT_KILL', 9))).toEqual({ action: 'SCMP_ACT_KILL_THREAD' })
    for (const action of SECCOMP_ACTIONS) {
      if (action !== 'SCMP_ACT_KILL') expect(describeVerdict(verdict(action, 1)).action).toBe(action)
    }
  })
})

test('newer calls are hidden unless the default lets them through or says ENOSYS itself', () => {
  const hiding = SECCOMP_ACTIONS.filter((action) => hidesNewerCalls(action, undefined))
  expect(hiding).toEqual([
    'SCMP_ACT_KILL',
    'SCMP_ACT_KILL_PROCESS',
    'SCMP_ACT_KILL_THREAD',
    'SCMP_ACT_TRAP',
    'SCMP_ACT_ERRNO',
    'SCMP_ACT_NOTIFY',
  ])
  expect(hidesNewerCalls('SCMP_ACT_ERRNO', 38)).toBe(false)
})

test('a profile without flags gets SPEC_ALLOW, one with an empty list none', () => {
  expect(filterFlags(undefined)).toEqual(['SECCOMP_FILTER_FLAG_SPEC_ALLOW'])
  expect(filterFlags([])).toEqual([])
  expect(filterFlags(['SECCOMP_FILTER_FLAG_LOG'])).toEqual(['SECCOMP_FILTER_FLAG_LOG'])
})
