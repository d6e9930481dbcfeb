// Calls as values: what a row of ffi/calls makes of arguments, without anybody performing it.

import { expect, test } from 'bun:test'

import { harmlessly, hidden, syscall, tolerates, tolerating } from '#ffi/call.ts'
import { at, constant, descriptor, integer, nothing, number, octal, ownedFd, text } from '#ffi/kinds.ts'
import { encoded } from './encoded.ts'
import { pretendedOwner } from './pretended-owner.ts'

const file = pretendedOwner().open('/etc/passwd', 4)
const row = syscall<[file: typeof file, path: string, mode: number], number>(
  'openat',
  [descriptor, constant(7, 'SEVEN'), text, constant(8), octal],
  number,
)

test('arguments go to registers in order, constants stand between them', () => {
  const { args, text: textOf } = encoded(row(file, 'name', 0o755))
  expect([args[0], args[1], args[3], args[4], args[5]]).toEqual([4n, 7n, 8n, 0o755n, 0n])
  expect(textOf(2)).toBe('name')
})

test('a call reads as strace shows it, without what a person need not see', () => {
  expect(row(file, 'name', 0o755).show()).toBe('openat(4</etc/passwd>, SEVEN, "name", 0755)')
})

test('operands are what the caller gave', () => {
  expect(row(file, 'name', 1).operands()).toEqual([file, 'name', 1])
})

test('a descriptor that a call opens is called by its first path, or by the call', () => {
  const open = syscall<[dir: 'cwd', path: string], typeof file>('openat', [at, text], ownedFd)
  expect(open('cwd', '/etc').label()).toBe('/etc')
  expect(open('cwd', '').label()).toBe('openat')
})

test('a hidden kind gets no argument and can still fill two registers', () => {
  const two = hidden(() => [1, 2])
  const call = syscall<[value: number], void>('read', [two, integer], nothing)(3)
  expect(encoded(call).args.slice(0, 3)).toEqual([1n, 2n, 3n])
  expect(call.show()).toBe('read(3)')
})

test('a call tolerates nothing until somebody says so', () => {
  const call = row(file, 'name', 0)
  expect(tolerates(call, 'ENOENT')).toBe(false)
  expect(tolerates(tolerating(call, 'ENOENT'), 'ENOENT')).toBe(true)
  expect(tolerates(tolerating(call, 'ENOENT'), 'EPERM')).toBe(false)
  expect(tolerates(harmlessly(call), 'EPERM')).toBe(true)
})

test('to tolerate gives another call and leaves the first as it was', () => {
  const call = row(file, 'name', 0)
  tolerating(call, 'ENOENT')
  harmlessly(call)
  expect(call.tolerated).toEqual([])
})

test('where a call may be made stands in it', () => {
  expect(syscall<[], void>('setsid', [], nothing)().where).toBe('anywhere')
  expect(syscall<[], void, 'task'>('unshare', [], nothing, 'task')().where).toBe('task')
})
