// Who a process is, as registers: ids, capabilities as bits, the program of a filter.

import { describe, expect, test } from 'bun:test'

import {
  capset,
  clearAmbient,
  dropBounding,
  getegid,
  geteuid,
  keepCapabilities,
  raiseAmbient,
  readBounding,
  seccompActionAvailable,
  setgroups,
  setNoNewPrivileges,
  setresgid,
  setresuid,
  setSeccompFilter,
  setSeccompListener,
  umask,
} from '#ffi/calls/credentials.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'

test('the effective ids are those that Node knows', () => {
  expect(here(geteuid())).toBe(process.geteuid?.() ?? -1)
  expect(here(getegid())).toBe(process.getegid?.() ?? -1)
})

test('ids go to registers, groups to an array', () => {
  expect(encoded(setresuid(1, 2, 3)).args.slice(0, 3)).toEqual([1n, 2n, 3n])
  expect(encoded(setresgid(1, 2, 3)).args.slice(0, 3)).toEqual([1n, 2n, 3n])
  const { args, view } = encoded(setgroups([5, 4_000_000_000]))
  const groups = view(1, 8)
  expect([args[0], groups.getUint32(0, true), groups.getUint32(4, true)]).toEqual([2n, 5, 4_000_000_000])
  expect([encoded(setgroups([])).args[0], setgroups([5, 6]).show()]).toEqual([0n, 'setgroups([5, 6])'])
})

test('only a task may change who a thread is', () => {
  const calls = [setresuid(0, 0, 0), setresgid(0, 0, 0), setgroups([]), setNoNewPrivileges(), clearAmbient()]
  expect(calls.map(({ where }) => where)).toEqual(calls.map(() => 'task'))
  expect(umask(0).where).toBe('anywhere')
})

describe('capset', () => {
  /** Six words: effective, permitted, inheritable of the lower 32 capabilities, then of the upper ones. */
  function words(call: ReturnType<typeof capset>): number[] {
    const structure = encoded(call).view(1, 24)
    return [0, 4, 8, 12, 16, 20].map((at) => structure.getUint32(at, true))
  }

  test('has a bit for each capability, and version 3 of the header', () => {
    const call = capset({ effective: ['CAP_CHOWN'], permitted: ['CAP_SETFCAP', 'CAP_KILL'], inheritable: [] })
    expect(words(call)).toEqual([1, 0x8000_0020, 0, 0, 0, 0])
    const header = encoded(call).view(0, 8)
    expect([header.getUint32(0, true), header.getInt32(4, true)]).toEqual([0x2008_0522, 0])
  })

  test('has those beyond 31 in its second half', () => {
    const sets = { effective: ['CAP_MAC_OVERRIDE'], permitted: [], inheritable: ['CAP_CHECKPOINT_RESTORE'] } as const
    expect(words(capset(sets))).toEqual([0, 0, 0, 1, 0, 0x100])
  })

  test('reads as the sizes of its sets', () => {
    const sets = { effective: [], permitted: ['CAP_KILL'], inheritable: [] } as const
    expect(capset(sets).show()).toBe('capset(effective=0 permitted=1 inheritable=0)')
  })
})

test('capabilities of prctl go by number and read by name', () => {
  const calls = [dropBounding('CAP_BPF'), raiseAmbient('CAP_KILL'), clearAmbient(), keepCapabilities(1)]
  expect(calls.map((call) => encoded(call).args.slice(0, 3))).toEqual([
    [24n, 39n, 0n],
    [47n, 2n, 5n],
    [47n, 4n, 0n],
    [8n, 1n, 0n],
  ])
  expect(calls.map((call) => call.show())).toEqual([
    'prctl(PR_CAPBSET_DROP, CAP_BPF)',
    'prctl(PR_CAP_AMBIENT, RAISE, CAP_KILL)',
    'prctl(PR_CAP_AMBIENT, CLEAR_ALL)',
    'prctl(PR_SET_KEEPCAPS, 1)',
  ])
  expect(encoded(setNoNewPrivileges()).args.slice(0, 2)).toEqual([38n, 1n])
})

test('the bounding set can be read, and ends where the kernel’s knowledge does', () => {
  expect([0, 1]).toContain(here(readBounding(0)))
  expect(() => here(readBounding(63))).toThrow('EINVAL')
})

describe('seccomp', () => {
  test('a filter is a length in instructions and a pointer', () => {
    const program = new Uint8Array(24).fill(6)
    const { args, view, bytes } = encoded(setSeccompFilter(['LOG', 'SPEC_ALLOW'], program))
    const fprog = view(2, 16)
    expect([args[0], args[1], fprog.getUint16(0, true)]).toEqual([1n, 6n, 3])
    expect(bytes(fprog.getBigUint64(8, true), 24)).toEqual(program)
    expect(setSeccompFilter([], program).show()).toBe('seccomp(SET_MODE_FILTER, 0, <3 instructions>)')
  })

  test('a listener is asked for by a flag, and is a descriptor', () => {
    const call = setSeccompListener(['NEW_LISTENER', 'WAIT_KILLABLE_RECV'], new Uint8Array(8))
    const { args, view } = encoded(call)
    expect([args[0], args[1], view(2, 16).getUint16(0, true)]).toEqual([1n, 40n, 1])
    expect(call.result.kind).toBe('descriptor')
  })

  test('an action can be asked for', () => {
    const action = new Uint8Array(new Uint32Array([0x7fff_0000]).buffer)
    const { args, view } = encoded(seccompActionAvailable(action))
    expect([args[0], args[1], view(2, 4).getUint32(0, true)]).toEqual([2n, 0n, 0x7fff_0000])
  })
})
