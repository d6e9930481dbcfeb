// Scheduling: the structures of sched_setattr(2) and ioprio_set(2), and what the kernel then says of this process.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { ioprioSet, personality, schedSetaffinity, schedSetattr } from '#ffi/calls/scheduling.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'

test('the attributes of a scheduler lie where the kernel reads them', () => {
  const call = schedSetattr(12, {
    policy: 'DEADLINE',
    flags: ['RESET_ON_FORK', 'DL_OVERRUN'],
    nice: -5,
    priority: 7,
    runtime: 2n ** 40n,
    deadline: 2n ** 41n,
    period: 2n ** 42n,
  })
  const { args, view } = encoded(call)
  const attributes = view(1, 56)
  expect([args[0], args[2]]).toEqual([12n, 0n])
  expect([0, 4].map((at) => attributes.getUint32(at, true))).toEqual([56, 6])
  expect(attributes.getBigUint64(8, true)).toBe(5n)
  expect([attributes.getInt32(16, true), attributes.getUint32(20, true)]).toEqual([-5, 7])
  expect([24, 32, 40].map((at) => attributes.getBigUint64(at, true))).toEqual([2n ** 40n, 2n ** 41n, 2n ** 42n])
  expect(call.show()).toBe(
    'sched_setattr(12, {DEADLINE, RESET_ON_FORK|DL_OVERRUN, nice=-5, priority=7, 1099511627776/2199023255552/4398046511104})',
  )
})

test('an I/O priority is a class and a level in one number', () => {
  expect(encoded(ioprioSet(12, { class: 'RT', level: 3 })).args.slice(0, 3)).toEqual([1n, 12n, 0x2003n])
  expect(encoded(ioprioSet(12, { class: 'IDLE', level: 0 })).args[2]).toBe(0x6000n)
  expect(ioprioSet(12, { class: 'BE', level: 7 }).show()).toBe('ioprio_set(WHO_PROCESS, 12, BE:7)')
})

test('a set of CPUs is as long as the kernel is told', () => {
  const set = new Uint8Array([0x8f, 1, 0, 0, 0, 0, 0, 0])
  const { args, bytes } = encoded(schedSetaffinity(12, set))
  expect([args[0], args[1]]).toEqual([12n, 8n])
  expect(bytes(2, 8)).toEqual(set)
  expect(schedSetaffinity(12, set).show()).toBe('sched_setaffinity(12, 0x000000000000018f)')
})

test('a thread runs on the CPUs that it is given', () => {
  const allowed = () => /^Cpus_allowed:\s*(\S+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1] ?? ''
  const before = allowed()
  here(schedSetaffinity(0, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0])))
  expect(Number.parseInt(allowed().replaceAll(',', ''), 16)).toBe(1)
  const bytes = Uint8Array.fromHex(before.replaceAll(',', '').padStart(16, '0')).reverse()
  here(schedSetaffinity(0, bytes))
  expect(allowed()).toBe(before)
})

test('an execution domain is one number', () => {
  expect(encoded(personality('LINUX32')).args[0]).toBe(8n)
  expect(encoded(personality('LINUX')).args[0]).toBe(0n)
})
