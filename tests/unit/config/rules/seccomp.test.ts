/** The rules of `linux.seccomp`. */

import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { rulesOf } from '#src/config/rule.ts'
import { seccompRules } from '#src/config/rules/seccomp.ts'
import { seccompSchema } from '#src/config/schema/seccomp.ts'

const NOTIFY = 'SCMP_ACT_NOTIFY'
const profile = (...syscalls: object[]) => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls })

const BROKEN: readonly (readonly [profile: object, ...complaints: string[]])[] = [
  [profile({ names: [], action: 'SCMP_ACT_LOG' }), 'syscalls[0].names: is empty'],
  [{ defaultAction: 'SCMP_ACT_KILL', defaultErrnoRet: 1 }, 'defaultErrnoRet: SCMP_ACT_KILL returns no errno'],
  [
    profile(
      { names: ['a'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
      { names: ['a'], action: 'SCMP_ACT_ALLOW', errnoRet: 1 },
    ),
    'syscalls[1].errnoRet: SCMP_ACT_ALLOW returns no errno',
  ],
  [
    { defaultAction: NOTIFY, listenerPath: '/s' },
    'defaultAction: SCMP_ACT_NOTIFY cannot be the default: no agent could ever be reached',
  ],
  [
    { ...profile({ names: ['read', 'futex'], action: NOTIFY }), listenerPath: '/s' },
    'syscalls[0].action: SCMP_ACT_NOTIFY cannot be used for "futex": it is called before the agent can answer',
  ],
  [profile({ names: ['read'], action: NOTIFY }), 'syscalls[0].action: SCMP_ACT_NOTIFY needs listenerPath'],
  [{ ...profile(), listenerMetadata: 'x' }, 'listenerMetadata: needs listenerPath'],
]

const KEPT: readonly object[] = [
  profile(),
  { defaultAction: 'SCMP_ACT_TRACE', defaultErrnoRet: 1 },
  profile({ names: ['write'], action: 'SCMP_ACT_KILL_PROCESS' }),
  { ...profile({ names: ['mkdir'], action: NOTIFY }), listenerPath: '/s', listenerMetadata: 'x' },
  { ...profile({ names: ['write', 'openat', 'execve', 'sendmsg'], action: NOTIFY }), listenerPath: '/s' },
]

function found(json: object): readonly string[] {
  return rulesOf(seccompRules)(v.parse(seccompSchema, json), []).map(({ path, message }) => `${path}: ${message}`)
}

for (const [json, ...complaints] of BROKEN)
  test(`a profile that breaks a rule is told: ${complaints.join('; ')}`, () => {
    expect(found(json)).toEqual(complaints)
  })

for (const json of KEPT)
  test(`the profile ${JSON.stringify(json)} breaks no rule`, () => {
    expect(found(json)).toEqual([])
  })
