// Which user namespace bunc is in.

import { expect, test } from 'bun:test'

import { here } from '#ffi/perform/here.ts'
import { inUserNamespace, isRootOfInit } from '#src/namespaces/own.ts'
import { recording } from '../recording.ts'

test('the user namespace of the host has the number that every kernel gives it', () => {
  const inside = (link: string) => inUserNamespace(recording({ readlinkat: link }).kernel.here)
  expect(inside('user:[4026531837]')).toBe(false)
  expect(inside('user:[4026532199]')).toBe(true)
})

test('a program in a new user namespace sees another one', () => {
  const argv = ['unshare', '--user', 'readlink', '/proc/self/ns/user']
  const link = Bun.spawnSync(argv).stdout.toString().trim()
  expect(link).toMatch(/^user:\[\d+\]$/)
  expect(inUserNamespace(recording({ readlinkat: link }).kernel.here)).toBe(true)
  expect(typeof inUserNamespace(here)).toBe('boolean')
})

test('who is root in the namespace of process 1 is root of its systemd, and nobody else is', () => {
  const is = (user: number, own: string, inits: string | undefined) => {
    const readlinkat = (call: { show(): string }) => (call.show().includes('/proc/1/') ? inits : own)
    return isRootOfInit(recording({ geteuid: user, readlinkat }).kernel.here)
  }
  expect(is(0, 'user:[1]', 'user:[1]')).toBe(true)
  expect(is(7, 'user:[1]', 'user:[1]')).toBe(false)
  expect(is(0, 'user:[2]', 'user:[1]')).toBe(false)
  expect(is(0, 'user:[2]', undefined)).toBe(false)
})
