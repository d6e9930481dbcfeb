// Who a task becomes, as calls in their order: what needs a privilege comes before what takes it away.

import { describe, expect, test } from 'bun:test'

import type { Capability } from '#ffi/numbers/capability.ts'
import { assume, dropLast, type Identity, knownCapabilities } from '#src/process/identity.ts'
import { recording } from '../recording.ts'

const NONE = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] }
const PLAIN: Identity = {
  user: { uid: 1000, gid: 100, additionalGids: [5, 6, 5] },
  capabilities: NONE,
  noNewPrivileges: false,
  kernelCapabilities: ['CAP_CHOWN', 'CAP_KILL'],
  setsGroups: true,
  keepsAdmin: false,
}

function calls(change: Partial<Identity> = {}): string[] {
  const { sys, calls: made } = recording()
  assume(sys, { ...PLAIN, ...change })
  return made()
}

test('everything happens in the one order in which it can', () => {
  expect(calls({ noNewPrivileges: true })).toEqual([
    'prctl(PR_CAPBSET_DROP, CAP_CHOWN)',
    'prctl(PR_CAPBSET_DROP, CAP_KILL)',
    'setgroups([5, 6])',
    'setresgid(100, 100, 100)',
    'prctl(PR_SET_KEEPCAPS, 1)',
    'setresuid(1000, 1000, 1000)',
    'prctl(PR_SET_KEEPCAPS, 0)',
    'capset(effective=0 permitted=0 inheritable=0)',
    'prctl(PR_CAP_AMBIENT, CLEAR_ALL)',
    'prctl(PR_SET_NO_NEW_PRIVS)',
    'prctl(PR_SET_PDEATHSIG, SIGKILL)',
    'prctl(PR_SET_DUMPABLE, 0)',
  ])
})

test('privileges that may come later are not forbidden unless the config says so', () => {
  expect(calls().some((call) => call.includes('NO_NEW_PRIVS'))).toBe(false)
})

test('what the bounding set keeps is not dropped, what the kernel does not know is not asked for', () => {
  const kept = calls({ capabilities: { ...NONE, bounding: ['CAP_KILL', 'CAP_BPF'] } })
  expect(kept.filter((call) => call.includes('CAPBSET'))).toEqual(['prctl(PR_CAPBSET_DROP, CAP_CHOWN)'])
})

test('a user namespace that denies setgroups keeps the groups that there are', () => {
  expect(calls({ setsGroups: false }).some((call) => call.startsWith('setgroups'))).toBe(false)
})

describe('ambient capabilities', () => {
  const raised = (change: Partial<Identity['capabilities']>) =>
    calls({ capabilities: { ...NONE, ...change } }).filter((call) => call.includes('RAISE'))

  test('are raised when they are permitted and inheritable', () => {
    const sets = { ambient: ['CAP_KILL'], permitted: ['CAP_KILL'], inheritable: ['CAP_KILL'] } as const
    expect(raised(sets)).toEqual(['prctl(PR_CAP_AMBIENT, RAISE, CAP_KILL)'])
  })

  test('are left out when they are not, as older engines write them', () => {
    expect(raised({ ambient: ['CAP_KILL'], permitted: ['CAP_KILL'] })).toEqual([])
    expect(raised({ ambient: ['CAP_KILL'], inheritable: ['CAP_KILL'] })).toEqual([])
  })
})

describe('CAP_SYS_ADMIN for a filter', () => {
  const identity: Identity = {
    ...PLAIN,
    keepsAdmin: true,
    capabilities: { ...NONE, effective: ['CAP_KILL'], permitted: ['CAP_KILL', 'CAP_CHOWN'] },
  }

  test('is kept beside what the process will have, until the filter is installed', () => {
    const { sys, calls: made } = recording()
    assume(sys, identity)
    expect(made().find((call) => call.startsWith('capset'))).toBe('capset(effective=2 permitted=3 inheritable=0)')
    dropLast(sys, identity)
    expect(made().at(-1)).toBe('capset(effective=1 permitted=2 inheritable=0)')
  })

  test('is no second one where the process has it anyway', () => {
    const { sys, calls: made } = recording()
    const admin: readonly Capability[] = ['CAP_SYS_ADMIN']
    assume(sys, { ...identity, capabilities: { ...NONE, effective: admin, permitted: admin } })
    expect(made().find((call) => call.startsWith('capset'))).toBe('capset(effective=1 permitted=1 inheritable=0)')
  })

  test('is nothing to drop where it was not kept', () => {
    const { sys, calls: made } = recording()
    dropLast(sys, PLAIN)
    expect(made()).toEqual([])
  })
})

test('capabilities that Linux does not have are ignored, as the specification wants', () => {
  const names = ['CAP_KILL', 'CAP_NEW', 'constructor', 'CAP_CHOWN']
  const sets = { bounding: names, effective: names, inheritable: names, permitted: names, ambient: names }
  const known: readonly Capability[] = ['CAP_KILL', 'CAP_CHOWN']
  expect(knownCapabilities(sets)).toEqual({
    bounding: known,
    effective: known,
    inheritable: known,
    permitted: known,
    ambient: known,
  })
})

test('an error says as which user it happened', () => {
  const { sys } = recording({ setresuid: { refused: 'EPERM' } })
  expect(() => assume(sys, PLAIN)).toThrow(expect.objectContaining({ actions: ['become user 1000:100'] }))
})
