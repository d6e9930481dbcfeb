// Kernel keys: keyctl(2) for the session keyring that a container gets.

import { syscall } from '../call.ts'
import { constant, hexadecimal, integer, nothing, number, text } from '../kinds.ts'

/** keyctl(KEYCTL_JOIN_SESSION_KEYRING): a session keyring of this name; gives its serial number. */
export const joinSessionKeyring = syscall<[name: string], number>(
  'keyctl',
  [constant(1, 'JOIN_SESSION_KEYRING'), text],
  number,
)

/** keyctl(KEYCTL_SETPERM): who may do what with a key. */
export const setKeyPermissions = syscall<[key: number, permissions: number], void>(
  'keyctl',
  [constant(5, 'SETPERM'), integer, hexadecimal],
  nothing,
)
