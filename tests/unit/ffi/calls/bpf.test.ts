// bpf(2) as its attributes: what the kernel reads, and what it answers.

import { describe, expect, test } from 'bun:test'

import {
  attachDeviceProgram,
  detachDeviceProgram,
  devicePrograms,
  loadDeviceProgram,
  programById,
  programTag,
} from '#ffi/calls/bpf.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const owner = pretendedOwner()
const cgroup = owner.open('cgroup', 5)
const program = owner.open('program', 6)

test('a program is loaded with its length in instructions and a licence', () => {
  const code = new Uint8Array(32).fill(7)
  const { args, view, bytes } = encoded(loadDeviceProgram(code))
  const attributes = view(1, Number(args[2]))
  const CGROUP_DEVICE = 15
  expect([args[0], attributes.getUint32(0, true), attributes.getUint32(4, true)]).toEqual([5n, CGROUP_DEVICE, 4])
  expect(bytes(attributes.getBigUint64(8, true), 32)).toEqual(code)
  expect(new TextDecoder().decode(bytes(attributes.getBigUint64(16, true), 11))).toBe('Apache-2.0\0')
  expect(loadDeviceProgram(code).show()).toBe('bpf(PROG_LOAD, <4 instructions>)')
})

describe('a program on a cgroup', () => {
  const fields = (call: ReturnType<typeof attachDeviceProgram>) => {
    const { args, view } = encoded(call)
    return [args[0], ...[0, 4, 8, 12].map((at) => view(1, Number(args[2])).getUint32(at, true))]
  }

  test('is attached beside others, and detached', () => {
    expect(fields(attachDeviceProgram({ cgroup, program }))).toEqual([8n, 5, 6, 6, 2])
    expect(fields(detachDeviceProgram({ cgroup, program }))).toEqual([9n, 5, 6, 6, 0])
    expect(attachDeviceProgram({ cgroup, program }).show()).toBe(
      'bpf(PROG_ATTACH, {5<cgroup>, 6<program>, BPF_CGROUP_DEVICE})',
    )
  })

  test('is asked for by its id', () => {
    const { args, view } = encoded(programById(77))
    expect([args[0], view(1, 16).getUint32(0, true), args[2]]).toEqual([13n, 77, 16n])
  })

  test('is found among the ids that the kernel writes', () => {
    const call = devicePrograms(cgroup)
    const { args, view, rooms } = encoded(call)
    const query = view(1, Number(args[2]))
    expect([args[0], query.getUint32(0, true), query.getUint32(4, true), query.getUint32(24, true)]).toEqual([
      16n,
      5,
      6,
      64,
    ])
    expect(rooms).toEqual([256, 32])
    const answered = new DataView(new ArrayBuffer(32))
    answered.setUint32(24, 2, true)
    const ids = new DataView(new Uint32Array([31, 32, ...Array<number>(62).fill(0)]).buffer)
    const open = (_: number, label: string) => owner.open(label)
    expect(call.result.decode(0, [ids, answered], open)).toEqual([31, 32])
    // Whatever the number says, there is room for 64.
    answered.setUint32(24, 4_000_000, true)
    expect(call.result.decode(0, [ids, answered], open)).toHaveLength(64)
    expect(call.result.show([31, 32])).toBe('[31, 32]')
  })
})

test('the tag of a program stands in the beginning of what the kernel tells of it', () => {
  const { args, view, rooms } = encoded(programTag(program))
  const attributes = view(1, Number(args[2]))
  expect([args[0], attributes.getUint32(0, true), attributes.getUint32(4, true)]).toEqual([15n, 6, 16])
  expect(rooms).toEqual([16])
  const info = new DataView(new ArrayBuffer(16))
  info.setBigUint64(8, 0x1234n, true)
  const open = (_: number, label: string) => owner.open(label)
  expect(programTag(program).result.decode(0, [info], open)).toBe(0x1234n)
  expect(programTag(program).show()).toBe('bpf(OBJ_GET_INFO_BY_FD, 6<program>)')
})
