// Which user namespace bunc is in.

import { expect, test } from 'bun:test'

import { here } from '#ffi/perform/here.ts'
import { inUserNamespace } from '#src/namespaces/own.ts'
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
