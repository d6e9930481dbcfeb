// SELinux labels, as calls.

import { expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { sentence } from '#src/failure.ts'
import { requireSelinux, setProcessLabel, withKeyLabel } from '#src/security/selinux.ts'
import { recording } from '../recording.ts'

const LABEL = 'system_u:system_r:container_t:s0:c1,c2'

function written(act: (it: ReturnType<typeof recording>, label: string) => void, label = LABEL): string[] {
  const it = recording()
  act(it, label)
  return it.calls().filter((call) => !/^(close|openat\()/.test(call))
}

test('the label of a process is written through our own procfs, where nothing can be mounted over it', () => {
  const set = ({ sys }: ReturnType<typeof recording>, label: string) =>
    setProcessLabel(sys, sys(openat('cwd', '/proc', ['PATH'])), label)
  expect(written(set)).toEqual([
    'openat2(</proc>, "self/attr/exec", {WRONLY, RESOLVE_NO_XDEV})',
    `write(<self/attr/exec>, "${LABEL}")`,
  ])
  expect(written(set, '')).toEqual([])
})

test('keys are made with the label of the process, and nothing after them', () => {
  const made = ({ sys }: ReturnType<typeof recording>, label: string) =>
    withKeyLabel(sys, sys(openat('cwd', '/proc', ['PATH'])), label, () => void sys(openat('cwd', '/key', ['PATH'])))
  expect(written(made)).toEqual([
    'openat2(</proc>, "self/attr/keycreate", {WRONLY, RESOLVE_NO_XDEV})',
    `write(<self/attr/keycreate>, "${LABEL}")`,
    'openat2(</proc>, "self/attr/keycreate", {WRONLY, RESOLVE_NO_XDEV})',
    'write(<self/attr/keycreate>, "\\n")',
  ])
  expect(written(made, '')).toEqual([])
})

test('a label is refused where the kernel has no SELinux', () => {
  const absent = recording({
    openat: (call: Call<unknown>) =>
      call.operands().includes('/sys/fs/selinux/enforce') ? { refused: 'ENOENT' } : undefined,
  })
  const refused = () => requireSelinux(absent.kernel.here, 'linux.mountLabel', 'a:b:c')
  expect(refused).toThrow('SELinux is not enabled on this host')
  try {
    refused()
  } catch (error) {
    expect(sentence(error)).toBe('Cannot set linux.mountLabel "a:b:c": SELinux is not enabled on this host')
  }
  requireSelinux(absent.kernel.here, 'linux.mountLabel', '')
  requireSelinux(recording({ fstat: { type: 'file' } }).kernel.here, 'linux.mountLabel', 'a:b:c')
})
