// What a compiled profile answers, point by point. That it answers like libseccomp is tested in differential.test.ts.

import { describe, expect, test } from 'bun:test'

import { compile } from '#src/security/seccomp/compile.ts'
import { listing } from '#src/security/seccomp/listing.ts'
import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import { FOREIGN_MACHINES } from '#src/security/seccomp/machines-foreign.ts'
import { ALLOW, allowing, architectureOf, denying, ENOSYS, EPERM, filterOf, KILL_THREAD } from './filter.ts'
import { USED } from './profiles.ts'

const X32_BIT = 0x4000_0000
const X86 = architectureOf(X86_MACHINE, 'SCMP_ARCH_X86')
const X32 = architectureOf(X86_MACHINE, 'SCMP_ARCH_X32')
const ARM = architectureOf(ARM_MACHINE, 'SCMP_ARCH_ARM')

test('a small profile makes this program', () => {
  const profile = {
    ...denying(allowing('read write close'), allowing('socket', [0, 'SCMP_CMP_NE', 40])),
    architectures: ['SCMP_ARCH_X86'],
  }
  expect(listing(compile(profile, X86_MACHINE).program)).toEqual([
    '  0  ld   architecture',
    '  1  jeq  #0xc000003e   3, 2', // x86-64
    '  2  jeq  #0x40000003   14, 29', // x86
    '  3  ld   number',
    '  4  jge  #4            6, 5',
    '  5  jeq  #2            27, 26', // open stands between read, write and close
    '  6  jge  #41           7, 27',
    '  7  jge  #42           12, 8',
    '  8  ld   args[0] upper half', // socket
    '  9  jeq  #0            10, 26',
    ' 10  ld   args[0] lower half',
    ' 11  jeq  #40           27, 26',
    ' 12  jge  #0x40000000   13, 28', // newer than socket, up to x32
    ' 13  jge  #0xffffffff   27, 29',
    ' 14  ld   number',
    ' 15  jge  #7            18, 16',
    ' 16  jge  #3            17, 27',
    ' 17  jeq  #5            27, 26',
    ' 18  jge  #102          19, 27',
    ' 19  jge  #359          23, 20',
    ' 20  jge  #103          27, 21',
    ' 21  ld   args[0] lower half', // socketcall
    ' 22  jeq  #1            26, 27',
    ' 23  jge  #360          28, 24',
    ' 24  ld   args[0] lower half', // socket
    ' 25  jeq  #40           27, 26',
    ' 26  ret  SCMP_ACT_ALLOW',
    ' 27  ret  SCMP_ACT_ERRNO 1',
    ' 28  ret  SCMP_ACT_ERRNO 38',
    ' 29  ret  SCMP_ACT_KILL_THREAD',
  ])
})

test('the same profile always makes the same program', () => {
  for (const { profile, machine } of USED) {
    const again = compile(structuredClone(profile), machine)
    expect(Buffer.from(again.program).equals(compile(profile, machine).program)).toBe(true)
    expect(again.instructions).toBe(again.program.length / 8)
  }
})

describe('architectures', () => {
  const profile = { ...denying(allowing('read mmap')), architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }

  test('each one that the profile names has its own numbers', () => {
    for (const architecture of [X86_MACHINE.native, X86, X32]) {
      const ask = filterOf(profile, X86_MACHINE, architecture)
      expect([ask('read'), ask('mmap'), ask('write')]).toEqual([ALLOW, ALLOW, EPERM])
    }
  })

  test('the native one is covered whether the profile names it or not', () => {
    expect(filterOf(denying(allowing('read')))('read')).toBe(ALLOW)
    expect(filterOf({ ...denying(allowing('read')), architectures: ['SCMP_ARCH_X86'] })('read')).toBe(ALLOW)
  })

  test('a call of one that the profile does not name kills the thread', () => {
    const native = { ...profile, architectures: ['SCMP_ARCH_X86_64'] }
    expect(filterOf(native, X86_MACHINE, X86)('read')).toBe(KILL_THREAD)
    expect(filterOf(native, X86_MACHINE, X32)('read')).toBe(KILL_THREAD)
    expect(filterOf(denying(), ARM_MACHINE, ARM)('read')).toBe(KILL_THREAD)
  })

  test('one that the machine cannot run changes nothing', () => {
    const more = { ...profile, architectures: [...profile.architectures, 'SCMP_ARCH_S390X', 'SCMP_ARCH_ARM'] }
    expect(compile(more, X86_MACHINE).program).toEqual(compile(profile, X86_MACHINE).program)
  })

  test('the number -1, by which a tracer skips a call, is left to the default action', () => {
    expect(filterOf(denying(allowing('read')))(0xffff_ffff)).toBe(EPERM)
  })

  test('arguments of a 32-bit architecture are compared in their lower half', () => {
    const rules = denying(allowing('personality', [0, 'SCMP_CMP_EQ', 0xffff_ffff_ffff_fff0n]))
    const ask = filterOf({ ...rules, architectures: ['SCMP_ARCH_X86'] }, X86_MACHINE, X86)
    expect([ask('personality', 0xffff_fff0), ask('personality', 0xf0)]).toEqual([ALLOW, EPERM])
    expect(filterOf(rules)('personality', 0xffff_fff0)).toBe(EPERM)
  })
})

describe('a multiplexed call', () => {
  const ask = filterOf(
    {
      ...denying(allowing('bind semop'), allowing('connect', [1, 'SCMP_CMP_EQ', 7])),
      architectures: ['SCMP_ARCH_X86'],
    },
    X86_MACHINE,
    X86,
  )

  test('is allowed through socketcall and ipc as well', () => {
    expect([ask('socketcall', 2), ask('socketcall', 1), ask('ipc', 1), ask('ipc', 2)]).toEqual([
      ALLOW,
      EPERM,
      ALLOW,
      EPERM,
    ])
    expect(ask('bind')).toBe(ALLOW)
  })

  test('keeps the conditions that are not on the first argument', () => {
    expect([ask('socketcall', 3, 7), ask('socketcall', 3, 8)]).toEqual([ALLOW, EPERM])
  })

  test('leaves a socketcall alone that has a rule without conditions', () => {
    const open = { ...denying(allowing('socketcall bind')), architectures: ['SCMP_ARCH_X86'] }
    expect(filterOf(open, X86_MACHINE, X86)('socketcall', 17)).toBe(ALLOW)
  })
})

describe('calls newer than the profile', () => {
  const rules = denying(allowing('read getpid'))

  test('get ENOSYS, so that a C library falls back to an older call', () => {
    const ask = filterOf(rules)
    expect([ask('getpid'), ask(38), ask('clone3'), ask(0x3fff_ffff)]).toEqual([ALLOW, EPERM, ENOSYS, ENOSYS])
  })

  test('are all others where the profile names the first one alone', () => {
    expect([filterOf(denying(allowing('read')))('read'), filterOf(denying(allowing('read')))('write')]).toEqual([
      ALLOW,
      ENOSYS,
    ])
  })

  test('are those above the newest one named, also where the rule that names it says no more than the default', () => {
    const ask = filterOf(denying(allowing('read'), { names: ['clone3'], action: 'SCMP_ACT_ERRNO' }))
    expect([ask('clone3'), ask(434), ask(436)]).toEqual([EPERM, EPERM, ENOSYS])
  })

  test('are told apart for each architecture', () => {
    const profile = { ...rules, architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }
    const [narrow, x32] = [filterOf(profile, X86_MACHINE, X86), filterOf(profile, X86_MACHINE, X32)]
    expect([narrow(20), narrow(19), narrow(21)]).toEqual([ALLOW, EPERM, ENOSYS])
    expect([x32(X32_BIT + 39), x32(X32_BIT + 38), x32(X32_BIT + 40)]).toEqual([ALLOW, EPERM, ENOSYS])
  })

  test("are not ARM's private calls, which lie far above the table, and these do not count as newest", () => {
    const profile = { ...denying(allowing('read set_tls')), architectures: ['SCMP_ARCH_ARM'] }
    const ask = filterOf(profile, ARM_MACHINE, ARM)
    expect([ask('read'), ask('set_tls'), ask('cacheflush'), ask('write')]).toEqual([ALLOW, ALLOW, EPERM, ENOSYS])
  })

  for (const [why, profile] of Object.entries({
    'the default action is ALLOW': { ...rules, defaultAction: 'SCMP_ACT_ALLOW' },
    'the default action is LOG': { ...rules, defaultAction: 'SCMP_ACT_LOG' },
    'the default action is TRACE': { ...rules, defaultAction: 'SCMP_ACT_TRACE' },
    'the profile names no call': { ...rules, syscalls: [] },
  } as const)) {
    test(`get the default action where ${why}`, () => {
      expect(filterOf(profile)(600)).toBe(filterOf(profile)('write'))
    })
  }

  test('get ENOSYS as the default where that is the default errno', () => {
    expect(filterOf({ ...rules, defaultErrnoRet: 38 })(600)).toBe(ENOSYS)
    expect(compile({ ...rules, defaultErrnoRet: 38 }, X86_MACHINE).instructions).toBeLessThan(
      compile(rules, X86_MACHINE).instructions,
    )
  })

  test('get ENOSYS where the default action kills', () => {
    expect(filterOf({ ...rules, defaultAction: 'SCMP_ACT_KILL_PROCESS' })(600)).toBe(ENOSYS)
  })
})

describe('several rules about one call', () => {
  const errno = (
    errnoRet: number,
    ...conditions: Parameters<typeof allowing> extends [string, ...infer Rest] ? Rest : []
  ) => ({
    ...allowing('socket', ...conditions),
    action: 'SCMP_ACT_ERRNO' as const,
    errnoRet,
  })
  const value = (number: number) => 0x0005_0000 + number

  test('hold if any of them does, and each if all its conditions do', () => {
    const ask = filterOf(
      denying(
        allowing('socket', [0, 'SCMP_CMP_EQ', 1], [1, 'SCMP_CMP_EQ', 2]),
        allowing('socket', [0, 'SCMP_CMP_EQ', 3]),
      ),
    )
    expect([ask('socket', 1, 2), ask('socket', 1, 3), ask('socket', 3, 9)]).toEqual([ALLOW, EPERM, ALLOW])
  })

  test('two conditions on one argument hold if either does', () => {
    const ask = filterOf(
      denying(allowing('socket', [0, 'SCMP_CMP_EQ', 1], [0, 'SCMP_CMP_EQ', 2], [1, 'SCMP_CMP_EQ', 3])),
    )
    expect([ask('socket', 1), ask('socket', 2), ask('socket', 9, 3), ask('socket', 9, 9)]).toEqual([
      ALLOW,
      ALLOW,
      ALLOW,
      EPERM,
    ])
  })

  test('one without conditions wins, and of two the first', () => {
    expect(filterOf(denying(errno(5, [0, 'SCMP_CMP_EQ', 1]), errno(6), errno(7)))('socket', 1)).toBe(value(6))
  })

  test('an equality wins over a range, and the narrower range over the wider one', () => {
    const ask = filterOf(
      denying(errno(5, [0, 'SCMP_CMP_LT', 100]), errno(6, [0, 'SCMP_CMP_LT', 50]), errno(7, [0, 'SCMP_CMP_EQ', 7])),
    )
    expect([ask('socket', 7), ask('socket', 8), ask('socket', 60)]).toEqual([value(7), value(6), value(5)])
    const mixed = filterOf(denying(errno(5, [0, 'SCMP_CMP_LE', 100]), errno(6, [0, 'SCMP_CMP_LT', 50])))
    expect([mixed('socket', 20), mixed('socket', 50)]).toEqual([value(6), value(5)])
    const above = filterOf(denying(errno(5, [0, 'SCMP_CMP_GT', 10]), errno(6, [0, 'SCMP_CMP_GE', 50])))
    expect([above('socket', 60), above('socket', 20)]).toEqual([value(6), value(5)])
  })

  test('one with more conditions wins over one with some of them, if it is listed first', () => {
    const [longer, shorter] = [
      errno(5, [0, 'SCMP_CMP_EQ', 1], [1, 'SCMP_CMP_EQ', 2], [2, 'SCMP_CMP_EQ', 3]),
      errno(6, [0, 'SCMP_CMP_EQ', 1]),
    ]
    const ask = filterOf(denying(longer, shorter))
    expect([ask('socket', 1, 2, 3), ask('socket', 1, 2, 4), ask('socket', 1, 9, 3)]).toEqual([
      value(5),
      value(6),
      value(6),
    ])
    expect(filterOf(denying(shorter, longer))('socket', 1, 2, 3)).toBe(value(6))
  })

  test('equalities with different upper halves are told apart', () => {
    const ask = filterOf(
      denying(errno(5, [0, 'SCMP_CMP_EQ', 0x2_0000_0001n]), errno(6, [0, 'SCMP_CMP_EQ', 0x1_0000_0002n])),
    )
    const tried = [0x2_0000_0001n, 0x1_0000_0002n, 0x1_0000_0001n, 0x2_0000_0002n]
    expect(tried.map((argument) => ask('socket', argument))).toEqual([value(5), value(6), EPERM, EPERM])
  })

  test('the greater value wins among equalities and masks of 32 bits', () => {
    const rules = [errno(5, [0, 'SCMP_CMP_NE', 1]), errno(6, [0, 'SCMP_CMP_MASKED_EQ', 0xffff_ffff, 16])]
    const profile = { ...denying(...rules), architectures: ['SCMP_ARCH_X86'] }
    expect(filterOf(profile, X86_MACHINE, X86)('socket', 16)).toBe(value(6))
  })

  test('a condition on a later argument wins', () => {
    const ask = filterOf(denying(errno(5, [0, 'SCMP_CMP_EQ', 1]), errno(6, [2, 'SCMP_CMP_EQ', 1])))
    expect([ask('socket', 1, 0, 1), ask('socket', 1, 0, 0)]).toEqual([value(6), value(5)])
  })

  test('a rule that says the default does not hide one after it', () => {
    expect(filterOf(denying(errno(1), allowing('socket')))('socket')).toBe(ALLOW)
  })
})

describe('comparisons of 64 bits', () => {
  const boundary = 0x1_0000_0005n
  const around = [0n, 5n, boundary - 0x1_0000_0000n, boundary - 1n, boundary, boundary + 1n, boundary + 0x1_0000_0000n]
  for (const [op, holds] of [
    ['SCMP_CMP_EQ', (value: bigint) => value === boundary],
    ['SCMP_CMP_NE', (value: bigint) => value !== boundary],
    ['SCMP_CMP_LT', (value: bigint) => value < boundary],
    ['SCMP_CMP_LE', (value: bigint) => value <= boundary],
    ['SCMP_CMP_GE', (value: bigint) => value >= boundary],
    ['SCMP_CMP_GT', (value: bigint) => value > boundary],
  ] as const) {
    test(`${op} sees all of them`, () => {
      const ask = filterOf(denying(allowing('lseek', [1, op, boundary])))
      expect(around.map((value) => ask('lseek', 0, value) === ALLOW)).toEqual(around.map(holds))
    })
  }

  test('SCMP_CMP_MASKED_EQ takes value as the mask and valueTwo as what must remain', () => {
    const ask = filterOf(denying(allowing('clone', [0, 'SCMP_CMP_MASKED_EQ', 0x1_0000_00f0n, 0x1_0000_0030n])))
    const tried = [0x1_0000_0030n, 0xff_0000_0f3fn, 0x30n, 0x1_0000_0040n]
    expect(tried.map((value) => ask('clone', value))).toEqual([ALLOW, ALLOW, EPERM, EPERM])
  })

  test('are made of the right halves on a big-endian machine', () => {
    const s390x = FOREIGN_MACHINES.find(({ name }) => name === 's390x') ?? X86_MACHINE
    const ask = filterOf(denying(allowing('lseek', [1, 'SCMP_CMP_GT', boundary])), s390x)
    expect([ask('lseek', 0, boundary + 1n), ask('lseek', 0, boundary), ask('lseek', 0, 0x5_0000_0001n)]).toEqual([
      ALLOW,
      EPERM,
      ALLOW,
    ])
  })
})
