// The program for version 2 against the plain model, run by an interpreter.

import { describe, expect, test } from 'bun:test'

import { disassembleExtended } from '#src/bpf/disassemble.ts'
import { DEFAULT_DEVICE_RULES } from '#src/cgroups/devices/default-rules.ts'
import { effectiveRules } from '#src/cgroups/devices/effective.ts'
import { deviceProgram } from '#src/cgroups/devices/program.ts'
import type { DeviceRule } from '#src/cgroups/devices/rule.ts'
import { runExtended, verifyExtended } from '#tests/support/bpf-interpreter.ts'
import { isAllowed, type Request, requestsAbout } from '#tests/support/device-model.ts'
import { randomFrom } from '#tests/support/random-profile.ts'
import { allow, deny, randomRules, SAMPLES } from './rules.ts'

/** BPF_DEVCG_ACC_* and BPF_DEVCG_DEV_*, linux/bpf.h. */
const KIND: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 }
const TYPE = { b: 1, c: 2 } as const

/** Asks a program as the kernel does. */
function allows(program: Uint8Array, { type, major, minor, access }: Request): boolean {
  const kinds = [...access].reduce((all, kind) => all | (KIND[kind] ?? 0), 0)
  return runExtended(program, { accessType: (kinds << 16) | TYPE[type], major, minor }) === 1
}

/** Gives the requests on which the program says something else than the model. */
function wrong(rules: readonly DeviceRule[]): readonly Request[] {
  const program = deviceProgram(effectiveRules(rules))
  verifyExtended(program)
  return requestsAbout(rules).filter((request) => allows(program, request) !== isAllowed(rules, request))
}

describe('the program', () => {
  for (const [name, rules] of Object.entries(SAMPLES)) {
    test(`says what the rules say: ${name}`, () => {
      expect(wrong(rules)).toEqual([])
      expect(wrong([...rules, ...DEFAULT_DEVICE_RULES])).toEqual([])
    })
  }

  test('says what any rules say', () => {
    const random = randomFrom(1)
    for (let i = 0; i < 1500; i++) expect(wrong(randomRules(random))).toEqual([])
  })

  test('asks the last rule first, and denies what no rule speaks of', () => {
    const rules = effectiveRules([allow('c', 1, -1, 'rwm'), deny('c', 1, 3, 'w')])
    expect(disassembleExtended(deviceProgram(rules))).toEqual([
      '  0  r2 = *(u32 *)(r1 + 0)',
      '  1  w2 &= 65535', // the type
      '  2  r3 = *(u32 *)(r1 + 0)',
      '  3  w3 >>= 16', // the kinds of access that are asked for
      '  4  r4 = *(u32 *)(r1 + 4)',
      '  5  r5 = *(u32 *)(r1 + 8)',
      '  6  if w2 != 2 goto 10',
      '  7  if w4 != 1 goto 10',
      '  8  if w5 != 3 goto 10',
      '  9  if w3 & 4 goto 14',
      ' 10  if w2 != 2 goto 14',
      ' 11  if w4 != 1 goto 14',
      ' 12  w3 &= 0xfffffff8',
      ' 13  if w3 == 0 goto 16',
      ' 14  w0 = 0',
      ' 15  exit',
      ' 16  w0 = 1',
      ' 17  exit',
    ])
  })
})
