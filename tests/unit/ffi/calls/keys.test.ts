// Kernel keys as registers.

import { expect, test } from 'bun:test'

import { joinSessionKeyring, setKeyPermissions } from '#ffi/calls/keys.ts'
import { encoded } from '../encoded.ts'

test('a session keyring is joined by name', () => {
  const { args, text } = encoded(joinSessionKeyring('_ses.web'))
  expect([args[0], text(1)]).toEqual([1n, '_ses.web'])
  expect(joinSessionKeyring('_ses.web').show()).toBe('keyctl(JOIN_SESSION_KEYRING, "_ses.web")')
})

test('permissions are set on a key, or on whichever session keyring there is', () => {
  expect(encoded(setKeyPermissions(-3, 0x3f1b_0000)).args.slice(0, 3)).toEqual([
    5n,
    0xffff_ffff_ffff_fffdn,
    0x3f1b_0000n,
  ])
})
